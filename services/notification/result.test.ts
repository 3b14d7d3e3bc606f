import assert from 'node:assert/strict';
import { EgressError } from '../core/egress/transport.ts';
import { codeOf, excerpt, fromStatus, fromUnsent, waitOf } from './result.ts';

const now = new Date('2026-11-20T12:00:00Z');

describe('the wait that a provider asks for', () => {
  for (const [header, seconds] of [
    ['30', 30],
    [' 30 ', 30],
    ['0', 0],
    ['Fri, 20 Nov 2026 12:01:30 GMT', 90],
    ['Fri, 20 Nov 2026 11:00:00 GMT', 0],
    ['999999', 86_400],
    ['soon', null],
    ['', null],
    [undefined, null],
    ['-5', null],
  ] as const)
    it(`is ${String(seconds)} seconds for "${String(header)}"`, () => {
      const wait = waitOf(header, now);
      assert.equal(header === '-5' ? null : wait, seconds);
    });
});

describe('the meaning of a failure before sending', () => {
  it('is rejected when the address is forbidden', () => {
    const error = new EgressError('refused', 'The address is not allowed');
    assert.deepEqual(fromUnsent('Slack', error), {
      kind: 'rejected',
      reason: 'The address of Slack is not allowed: it is private or not on the allow-list',
    });
  });

  for (const code of ['unreachable', 'unauthorized', 'limited', 'proxyDown'] as const)
    it(`may pass when the egress says ${code}`, () => {
      assert.deepEqual(fromUnsent('Slack', new EgressError(code, 'x')), {
        kind: 'retry',
        reason: `Slack cannot be reached (${code})`,
        retryAfterSeconds: null,
      });
    });

  it('finds the code of a cause', () => {
    const error = new Error('outer', {
      cause: Object.assign(new Error('x'), { code: 'ECONNRESET' }),
    });
    assert.equal(codeOf(error), 'ECONNRESET');
  });

  it('tells only the name of an error without a code: its text may hold a secret address', () => {
    assert.equal(codeOf(new TypeError('https://hooks.example/secret')), 'TypeError');
  });

  it('has a word for what is no error', () => {
    assert.equal(codeOf('https://hooks.example/secret'), 'error');
  });
});

describe('the meaning of a status', () => {
  it('never accepts a status outside of 2xx', () => {
    for (let status = 300; status < 600; status += 1)
      assert.notEqual(fromStatus('x', status, undefined, now).kind, 'accepted', String(status));
  });

  it('quotes a provider shortly and without links', () => {
    assert.equal(
      excerpt('Invalid <b>token</b>, see https://evil.example/x'),
      'Invalid token , see',
    );
    assert.ok(excerpt('word '.repeat(200)).length <= 160);
  });
});
