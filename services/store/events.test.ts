import assert from 'node:assert/strict';
import type { ListenOptions, Listener, StoreEvent } from './events.ts';
import { listenEvents, notifyEvent } from './events.ts';
import { silentLog } from './log.ts';
import { storeError, useDatabase } from './testing/suite.ts';

/** Collects events and waits for them, with no timer. */
function collector() {
  const events: StoreEvent[] = [];
  let wake: () => void = () => undefined;
  return {
    events,
    add: (event: StoreEvent): void => {
      events.push(event);
      wake();
    },
    until: async (count: number): Promise<void> => {
      while (events.length < count) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}

describe('events', () => {
  const suite = useDatabase();
  let listener: Listener | undefined;
  let seen: ReturnType<typeof collector>;
  const listen = async (options: Partial<ListenOptions> = {}): Promise<void> => {
    listener = await listenEvents(suite.db.url('mon_api'), seen.add, {
      log: silentLog,
      backoffMs: () => 1,
      ...options,
    });
  };
  const notify = (id: string) =>
    suite.scheduler((tx) =>
      notifyEvent(tx, { workspace: 'team', kind: 'check', monitor: 'shop', id }),
    );
  beforeEach(() => {
    seen = collector();
  });
  afterEach(async () => {
    await listener?.close();
    listener = undefined;
  });

  it('tells a listener what another role committed', async () => {
    await listen();
    await notify('c1');
    await seen.until(1);
    assert.deepEqual(seen.events, [
      { workspace: 'team', kind: 'check', monitor: 'shop', id: 'c1' },
    ]);
  });

  it('tells nothing of a transaction that was undone', async () => {
    await listen();
    const undone = suite.scheduler(async (tx) => {
      await notifyEvent(tx, { workspace: 'team', kind: 'check', id: 'never' });
      throw new Error('undone');
    });
    await assert.rejects(undone);
    await notify('c2');
    await seen.until(1);
    assert.deepEqual(
      seen.events.map(({ id }) => id),
      ['c2'],
    );
  });

  it('refuses an event of 8000 bytes', async () => {
    const big = { workspace: 'team', kind: 'check', id: 'ü'.repeat(4_000) } as const;
    await assert.rejects(
      suite.api((tx) => notifyEvent(tx, big)),
      storeError('invalid'),
    );
  });

  it('drops what is no event of ours and goes on', async () => {
    await listen();
    await suite.db.pool('mon_api').query("NOTIFY mon_events, 'not json'");
    await notify('c3');
    await seen.until(1);
    assert.equal(seen.events[0]?.id, 'c3');
  });

  it('connects again when the connection breaks, and says that there was a gap', async () => {
    let told: () => void = () => undefined;
    const gap = new Promise<void>((resolve) => (told = resolve));
    await listen({ onGap: () => told() });
    await suite.db
      .pool('postgres')
      .query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'duckmon-events'",
      );
    await gap;
    await notify('c4');
    await seen.until(1);
    assert.equal(seen.events[0]?.id, 'c4');
  });

  it('leaves no connection behind', async () => {
    await listen();
    await listener?.close();
    listener = undefined;
    const { rows } = await suite.db
      .pool('postgres')
      .query(
        `SELECT 1 FROM pg_stat_activity WHERE application_name = 'duckmon-events' AND datname = current_database()`,
      );
    assert.deepEqual(rows, []);
  });

  it('says typed when the first connection fails', async () => {
    const failed = listenEvents('postgresql://x:y@127.0.0.1:1/z', seen.add, { log: silentLog });
    await assert.rejects(failed, storeError('unavailable'));
  });
});
