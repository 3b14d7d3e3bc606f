import assert from 'node:assert/strict';
import { HttpError } from '../core/errors.ts';
import { createSlots } from './slots.ts';

describe('slots', () => {
  it('runs work while there is room', async () => {
    assert.equal(await createSlots(1, 'test').run(async () => 'done'), 'done');
  });

  it('refuses with Retry-After when all are in use', async () => {
    const slots = createSlots(1, 'test');
    const hold = Promise.withResolvers<void>();
    const first = slots.run(() => hold.promise);
    await assert.rejects(
      slots.run(async () => {}),
      (error) => {
        assert.ok(error instanceof HttpError);
        assert.deepEqual([error.status, error.retryAfterSeconds], [429, 1]);
        return true;
      },
    );
    hold.resolve();
    await first;
  });

  it('is free again after work that failed', async () => {
    const slots = createSlots(1, 'test');
    await assert.rejects(
      slots.run(() => Promise.reject(new Error('broken'))),
      /broken/,
    );
    assert.equal(slots.used(), 0);
  });
});
