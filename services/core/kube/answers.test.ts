import assert from 'node:assert/strict';
import { eventOf, parseJson, refusalOf, waitBeforeRepeat } from './answers.ts';
import {
  ApiError,
  NoAnswerError,
  isConflict,
  isExpired,
  isForbidden,
  isInvalid,
  isNotFound,
} from './errors.ts';

const status = (body: object): string => JSON.stringify({ kind: 'Status', ...body });

describe('kube: answers', () => {
  describe('refusals', () => {
    it('keep status, reason and the fields that are complained about', () => {
      const causes = [{ reason: 'FieldManagerConflict', message: 'kubectl', field: '.spec.size' }];
      const error = refusalOf(
        409,
        undefined,
        status({ reason: 'Conflict', message: 'in the way', details: { causes } }),
        'PATCH /x',
      );
      assert.deepEqual(
        [error.status, error.reason, error.details.causes, error.message],
        [409, 'Conflict', causes, 'PATCH /x: 409 in the way'],
      );
    });

    it('say nothing about waiting when the server does not', () => {
      assert.equal(refusalOf(409, undefined, status({}), 'x').retryAfterMs, undefined);
    });

    it('take the wait from the header before the body', () => {
      const body = status({ details: { retryAfterSeconds: 7 } });
      assert.equal(refusalOf(429, '3', body, 'x').retryAfterMs, 3000);
      assert.equal(refusalOf(429, undefined, body, 'x').retryAfterMs, 7000);
    });

    for (const strange of ['soon', '-1', 'Infinity'])
      it(`do not take "${strange}" for a wait`, () => {
        assert.equal(refusalOf(429, strange, '', 'x').retryAfterMs, undefined);
      });

    for (const [what, text, message] of [
      ['the text of a proxy', ' <h1>Bad gateway</h1> ', 'x: 502 <h1>Bad gateway</h1>'],
      ['JSON that is no Status', '{"kind":"Pod"}', 'x: 502 {"kind":"Pod"}'],
      ['nothing', '', 'x: 502 no explanation'],
    ] as const)
      it(`survive ${what} as a body`, () => {
        const error = refusalOf(502, undefined, text, 'x');
        assert.deepEqual([error.reason, error.message], ['Unknown', message]);
      });

    it('are told apart by their status', () => {
      const of = (code: number, reason?: string): ApiError =>
        new ApiError(code, reason === undefined ? {} : { reason }, 'x');
      assert.ok(isNotFound(of(404)) && !isNotFound(of(409)));
      assert.ok(isConflict(of(409)) && !isConflict(new Error('409')));
      assert.ok(isExpired(of(410)) && isExpired(of(504, 'Expired')) && !isExpired(of(504)));
      assert.ok(isForbidden(of(401)) && isForbidden(of(403)));
      assert.ok(isInvalid(of(422)) && isInvalid(of(400)) && !isExpired(new Error('x')));
    });
  });

  describe('repetition', () => {
    const busy = (code: number, retryAfterMs?: number): ApiError =>
      new ApiError(code, {}, 'x', retryAfterMs);

    it('comes after the time that the server asks for', () => {
      assert.equal(waitBeforeRepeat(busy(429, 2000), 0, 30_000), 2000);
    });

    it('comes after a second when a busy server names no time', () => {
      assert.equal(waitBeforeRepeat(busy(429), 0, 30_000), 1000);
    });

    it('comes for a 5xx only when it says Retry-After: else something may have taken place', () => {
      assert.equal(waitBeforeRepeat(busy(503, 1000), 0, 30_000), 1000);
      assert.equal(waitBeforeRepeat(busy(500), 0, 30_000), undefined);
    });

    it('does not come for a refusal that stays one', () => {
      assert.equal(waitBeforeRepeat(busy(409, 1000), 0, 30_000), undefined);
    });

    it('comes three times at most, within 10 s and within the time of the call', () => {
      assert.equal(waitBeforeRepeat(busy(429, 1000), 2, 30_000), 1000);
      assert.equal(waitBeforeRepeat(busy(429, 1000), 3, 30_000), undefined);
      assert.equal(waitBeforeRepeat(busy(429, 10_000), 0, 30_000), 10_000);
      assert.equal(waitBeforeRepeat(busy(429, 10_001), 0, 30_000), undefined);
      assert.equal(waitBeforeRepeat(busy(429, 1000), 0, 1000), undefined);
    });
  });

  describe('events of a watch', () => {
    const line = (type: string, object: unknown): string => JSON.stringify({ type, object });
    const metadata = { name: 'a', resourceVersion: '7' };

    for (const type of ['ADDED', 'MODIFIED', 'DELETED'] as const)
      it(`carry the object of ${type}`, () => {
        assert.deepEqual(eventOf(line(type, { metadata }), 'x'), { type, object: { metadata } });
      });

    it('carry the resourceVersion of a bookmark', () => {
      assert.deepEqual(eventOf(line('BOOKMARK', { metadata }), 'x'), {
        type: 'BOOKMARK',
        resourceVersion: '7',
      });
    });

    it('throw what an ERROR event says', () => {
      assert.throws(
        () => eventOf(line('ERROR', { code: 410, reason: 'Expired' }), 'x'),
        (error) => isExpired(error) && error.status === 410,
      );
      assert.throws(
        () => eventOf(line('ERROR', {}), 'x'),
        (error) => error instanceof ApiError && error.status === 500,
      );
    });

    for (const [what, text] of [
      ['half a line', '{"type":"ADD'],
      ['a list', '[]'],
      ['an event without object', line('ADDED', undefined)],
      ['an object without metadata', line('ADDED', {})],
      ['an object without resourceVersion', line('ADDED', { metadata: {} })],
      ['an unknown type', line('RENAMED', { metadata })],
    ] as const)
      it(`refuse ${what}`, () => {
        assert.throws(
          () => eventOf(text, 'x'),
          (error) => error instanceof NoAnswerError && error.kind === 'malformed',
        );
      });
  });

  it('names the request whose answer is no JSON', () => {
    assert.throws(() => parseJson('<html>', 'GET /x'), /GET \/x: the answer is not JSON/);
    assert.deepEqual(parseJson('[1]', 'x'), [1]);
  });
});
