import assert from 'node:assert/strict';
import { HttpError } from '../../core/errors.ts';
import type { ResourceAttributes, SubjectAccessReview } from '../../core/kube/access.ts';
import { ApiError, NoAnswerError } from '../../core/kube/errors.ts';
import type { Transport } from '../../core/kube/transport.ts';
import { fakeClock } from '../../core/testing/clock.ts';
import { createAccessReviews } from './accessReviews.ts';

const ANN = { user: 'ann@corp.example', groups: ['system:authenticated'] };
const RIGHT: ResourceAttributes = {
  verb: 'get',
  group: 'mon.duckerhub.com',
  resource: 'monitorjobs',
  namespace: 'team-a',
};

/** Reviews by a scripted API server. */
function world() {
  const clock = fakeClock();
  const asked: SubjectAccessReview['spec'][] = [];
  const lines: string[] = [];
  const state: { answer: () => Promise<boolean | undefined> } = { answer: async () => true };
  const create = async (_resource: unknown, { spec }: SubjectAccessReview) => {
    asked.push(spec);
    const allowed = await state.answer();
    return { metadata: {}, spec, ...(allowed === undefined ? {} : { status: { allowed } }) };
  };
  const log = { error: (_fields: object, line: string) => void lines.push(line), warn: () => {} };
  const may = createAccessReviews({
    kube: { create } as unknown as Pick<Transport, 'create'>,
    clock,
    log: log as never,
  });
  return { clock, asked, lines, state, may };
}

const isUnavailable = (error: unknown): boolean =>
  error instanceof HttpError && error.code === 'unavailable' && error.retryAfterSeconds === 5;

describe('what the API server says people may do', () => {
  it('is asked with the name, the groups and the right', async () => {
    const { may, asked } = world();
    assert.equal(await may(ANN, RIGHT), true);
    assert.deepEqual(asked, [{ ...ANN, resourceAttributes: RIGHT }]);
  });

  it('is asked once while it is asked, and for five seconds from the question', async () => {
    const { may, asked, clock, state } = world();
    const gate = Promise.withResolvers<boolean>();
    state.answer = () => gate.promise;
    const both = [may(ANN, RIGHT), may(ANN, { ...RIGHT })];
    clock.advance(4_000);
    gate.resolve(true);
    assert.deepEqual(await Promise.all(both), [true, true]);
    state.answer = async () => false;
    clock.advance(999);
    assert.equal(await may(ANN, RIGHT), true);
    assert.equal(asked.length, 1);
    clock.advance(1);
    assert.equal(await may(ANN, RIGHT), false);
  });

  it('is forgotten sooner when it is no', async () => {
    const { may, clock, state } = world();
    state.answer = async () => false;
    assert.equal(await may(ANN, RIGHT), false);
    state.answer = async () => true;
    clock.advance(1_999);
    assert.equal(await may(ANN, RIGHT), false);
    clock.advance(1);
    assert.equal(await may(ANN, RIGHT), true);
  });

  it('is another for another person, group, verb, resource, namespace or name', async () => {
    const { may, asked } = world();
    await may(ANN, RIGHT);
    await may({ ...ANN, user: 'bob@corp.example' }, RIGHT);
    await may({ ...ANN, groups: [] }, RIGHT);
    const others = { verb: 'list', group: '', resource: 'secrets', namespace: 'b', name: 'x' };
    for (const [name, value] of Object.entries(others)) await may(ANN, { ...RIGHT, [name]: value });
    assert.equal(asked.length, 8);
  });

  it('is no without a word about it', async () => {
    const { may, state } = world();
    state.answer = async () => undefined;
    assert.equal(await may(ANN, RIGHT), false);
  });

  for (const [what, error] of [
    ['does not answer', new NoAnswerError('unreachable', 'connect ECONNREFUSED')],
    ['is broken', new ApiError(500, {}, 'create')],
    ['refuses the question', new ApiError(403, { reason: 'Forbidden' }, 'create')],
  ] as const)
    it(`is never yes while the server ${what}, also when it was yes before`, async () => {
      const { may, clock, state } = world();
      assert.equal(await may(ANN, RIGHT), true);
      state.answer = () => Promise.reject(error);
      clock.advance(5_000);
      await assert.rejects(may(ANN, RIGHT), isUnavailable);
      state.answer = async () => true;
      assert.equal(await may(ANN, RIGHT), true);
    });

  it('is told to the operator when the api itself may not ask', async () => {
    const { may, state, lines } = world();
    state.answer = () => Promise.reject(new ApiError(403, { reason: 'Forbidden' }, 'create'));
    await assert.rejects(may(ANN, RIGHT), isUnavailable);
    assert.match(lines[0] ?? '', /needs to create subjectaccessreviews/);
  });

  it('is remembered for 10,000 questions, and no more', async () => {
    const { may, asked } = world();
    const ask = (at: number) => may(ANN, { ...RIGHT, name: `m${at}` });
    for (let at = 0; at <= 10_000; at += 1) await ask(at);
    await ask(1);
    assert.equal(asked.length, 10_001);
    await ask(0);
    assert.equal(asked.length, 10_002);
  });
});
