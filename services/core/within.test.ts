import assert from 'node:assert/strict';
import { once } from 'node:events';
import { within } from './within.ts';

describe('core: within', () => {
  it('fires when the time is over', async () => {
    const time = within(1);
    await once(time.signal, 'abort');
    assert.equal(time.isOver(), true);
  });

  it('fires with the reason of the caller who has gone, now or later', () => {
    const reason = new Error('gone');
    const caller = new AbortController();
    const later = within(60_000, caller.signal);
    assert.equal(later.signal.aborted, false);
    caller.abort(reason);
    const at = [later, within(60_000, caller.signal)];
    assert.deepEqual(
      at.map(({ signal, isOver }) => [signal.reason, isOver()]),
      [
        [reason, false],
        [reason, false],
      ],
    );
    at.forEach((time) => time.end());
  });

  it('leaves neither a timer nor a listener behind', async () => {
    const caller = new AbortController();
    const time = within(1, caller.signal);
    time.end();
    caller.abort();
    const other = within(2);
    await once(other.signal, 'abort');
    assert.equal(time.signal.aborted, false);
  });
});
