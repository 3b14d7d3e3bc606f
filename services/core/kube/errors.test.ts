import assert from 'node:assert/strict';
import { ApiError, NoAnswerError, orAbsent } from './errors.ts';

describe('core: kube errors', () => {
  const refused = (status: number): Promise<string> =>
    Promise.reject(new ApiError(status, {}, 'GET /x'));

  it('take a 404 alone for absence', async () => {
    assert.equal(await orAbsent(Promise.resolve('here')), 'here');
    assert.equal(await orAbsent(refused(404)), undefined);
    await assert.rejects(orAbsent(refused(403)), ApiError);
    await assert.rejects(
      orAbsent(Promise.reject(new NoAnswerError('timeout', 'late'))),
      NoAnswerError,
    );
  });
});
