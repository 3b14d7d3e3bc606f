import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { DEFAULT_CAPS } from '../caps.ts';
import { startChromium, type Lease } from './browser.ts';
import { ProtocolError, type Connection } from './connection.ts';
import type { Launched } from './launch.ts';

const ANSWERS: Readonly<Record<string, object>> = {
  'Target.createBrowserContext': { browserContextId: 'context' },
  'Target.createTarget': { targetId: 'target' },
  'Target.attachToTarget': { sessionId: 'session' },
};
/** So long a browser may tell nothing while it takes a page away. */
const SILENT_MS = 10_000;

describe('a browser that takes a page away', () => {
  let heard: number;
  let killed: number;
  let disposing: PromiseWithResolvers<object>;
  let lease: Lease;
  beforeEach(async () => {
    [heard, killed] = [0, 0];
    disposing = Promise.withResolvers();
    const send = (command: string): Promise<object> =>
      command === 'Target.disposeBrowserContext'
        ? disposing.promise
        : Promise.resolve(ANSWERS[command] ?? {});
    const session = { send, on: () => {}, detach: () => {} };
    const closed = Promise.withResolvers<void>().promise;
    const connection = { ...session, session: () => session, heard: () => heard, closed };
    const launched: Launched = {
      pid: 1,
      connection: connection as unknown as Connection,
      version: { product: 'Chrome/1', userAgent: 'Chrome' },
      folder: '',
      exited: Promise.withResolvers<void>().promise,
      kill: () => {
        killed += 1;
        return Promise.resolve();
      },
    };
    const browser = await startChromium({ file: '' }, 'http://127.0.0.1:9', DEFAULT_CAPS, {
      start: () => Promise.resolve(launched),
    });
    lease = await browser.lease({ popup: () => {}, helper: () => {}, crashed: () => {} });
    mock.timers.enable({ apis: ['setTimeout'] });
  });
  afterEach(() => mock.timers.reset());

  /** Lets all that is not a matter of time happen. */
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const wait = async (): Promise<void> => {
    await turn();
    mock.timers.tick(SILENT_MS);
    await turn();
  };

  it('C30 is ended when it tells nothing', async () => {
    const released = lease.release();
    await turn();
    mock.timers.tick(SILENT_MS - 1);
    await turn();
    assert.equal(killed, 0);
    mock.timers.tick(1);
    await released;
    assert.equal(killed, 1);
  });

  it('C30 is given more time while it tells of what it does, and is not ended then', async () => {
    const released = lease.release();
    for (const _ of [1, 2]) {
      heard += 1;
      await wait();
    }
    disposing.resolve({});
    await released;
    assert.equal(killed, 0);
  });

  it('C30 is ended when it goes on telling and never does it', async () => {
    const released = lease.release();
    for (const before of [0, 0, 0]) {
      assert.equal(killed, before);
      heard += 1;
      await wait();
    }
    await released;
    assert.equal(killed, 1);
  });

  it('is ended at once when it refuses to', async () => {
    disposing.reject(new ProtocolError('Target.disposeBrowserContext: no such context'));
    await lease.release();
    assert.equal(killed, 1);
  });
});
