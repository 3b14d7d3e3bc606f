/** A call that is for one service, sent to every other: with the header, the token, or both of the wrong one. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  INTERNAL_CALLERS,
  INTERNAL_CALLS,
  SERVICES,
  type InternalCaller,
  type ServiceName,
} from '../contracts/ports.ts';
import { createApp } from '../http/app.ts';
import { serve, type Listening } from '../http/serve.ts';
import { createMetrics } from '../metrics.ts';
import { fakeClock } from '../testing/clock.ts';
import { testKeys } from '../testing/keys.ts';
import { captureLog } from '../testing/log.ts';
import { createTokenCheck } from '../workloadIdentity/check.ts';
import { fakeCluster } from '../workloadIdentity/testing/cluster.ts';
import { requireInternal } from './guard.ts';
import { KEY_HEADER, NONCE_HEADER, signingKey, signParts, TIME_HEADER } from './signature.ts';

const PATH = '/internal/v1/x';

interface Sent {
  readonly caller: InternalCaller;
  /** Whose key signs the header. */
  readonly keyFor: ServiceName;
  /** Whom the header names. */
  readonly audience: ServiceName;
  /** Whom the token names. */
  readonly token: ServiceName;
}

describe('a call that is for another service', () => {
  const keys = testKeys();
  const clock = fakeClock();
  const cluster = fakeCluster(clock);
  const { log } = captureLog();
  const doors = new Map<ServiceName, Listening>();

  before(async () => {
    for (const service of SERVICES) {
      const metrics = createMetrics(service);
      const app = createApp({ log, metrics, bodyLimit: 1000, readiness: () => ({}) });
      const addresses = (): string[] => [hostOf(service)];
      const checkToken = createTokenCheck({ service, cluster: () => cluster.keys, clock });
      const guard = { service, keys: keys.of(service), clock, log, metrics, addresses, checkToken };
      app.express.use(PATH, requireInternal(guard), (_request, response) => {
        response.json({ reached: service });
      });
      doors.set(service, await serve(app.finish(), { host: '127.0.0.1', port: 0 }));
    }
  });
  after(async () => {
    for (const door of doors.values()) await door.stop(0);
  });

  const urlOf = (service: ServiceName): string => doors.get(service)?.url ?? '';
  const hostOf = (service: ServiceName): string => new URL(urlOf(service)).host;

  /** Everything but what is said holds: time, nonce and the address of the door. */
  const send = async (door: ServiceName, { caller, keyFor, audience, token }: Sent) => {
    const [key] = keys.of(caller)().calls[keyFor] ?? [];
    assert.ok(key);
    const timestamp = String(clock.now().getTime());
    const nonce = randomBytes(16).toString('hex');
    const signature = signParts(signingKey(key.value), {
      method: 'GET',
      path: PATH,
      body: Buffer.alloc(0),
      timestamp,
      nonce,
      audience: `${audience}@${hostOf(door)}`,
    });
    const answer = await fetch(`${urlOf(door)}${PATH}`, {
      headers: {
        [KEY_HEADER]: `${key.kid}.${signature}`,
        [TIME_HEADER]: timestamp,
        [NONCE_HEADER]: nonce,
        authorization: `Bearer ${cluster.token(caller, token)}`,
      },
    });
    await answer.arrayBuffer();
    return answer.status;
  };
  const wrongly = async (
    make: (door: ServiceName) => readonly Sent[],
  ): Promise<[Sent[], number]> => {
    const taken: Sent[] = [];
    let tried = 0;
    for (const door of SERVICES)
      for (const sent of make(door)) {
        tried += 1;
        if ((await send(door, sent)) !== 401) taken.push(sent);
      }
    return [taken, tried];
  };
  const pairs = INTERNAL_CALLS.length;
  const others = SERVICES.length - 1;

  it('A16 is let in where it is meant for', async () => {
    for (const [caller, callee] of INTERNAL_CALLS)
      assert.equal(
        await send(callee, { caller, keyFor: callee, audience: callee, token: callee }),
        200,
      );
  });

  it('A16 is refused by every other service, header and token as they are', async () => {
    const [taken, tried] = await wrongly((door) =>
      INTERNAL_CALLS.filter(([, callee]) => callee !== door).map(([caller, callee]) => ({
        caller,
        keyFor: callee,
        audience: callee,
        token: callee,
      })),
    );
    assert.deepEqual([taken, tried], [[], pairs * others]);
  });

  it('A16 is refused by every other service when header and token name it, for the key is another’s', async () => {
    const [taken, tried] = await wrongly((door) =>
      INTERNAL_CALLS.filter(([, callee]) => callee !== door).map(([caller, callee]) => ({
        caller,
        keyFor: callee,
        audience: door,
        token: door,
      })),
    );
    assert.deepEqual([taken, tried], [[], pairs * others]);
  });

  it('A16 is refused when its header alone, or its token alone, names another service', async () => {
    const wrong = (callee: ServiceName) => SERVICES.filter((service) => service !== callee);
    const [taken, tried] = await wrongly((door) =>
      INTERNAL_CALLS.filter(([, callee]) => callee === door).flatMap(([caller, callee]) =>
        wrong(callee).flatMap((other) => [
          { caller, keyFor: callee, audience: other, token: callee },
          { caller, keyFor: callee, audience: callee, token: other },
        ]),
      ),
    );
    assert.deepEqual([taken, tried], [[], 2 * pairs * others]);
  });

  it('A16 is refused with the token of every account but the caller’s own', async () => {
    for (const [caller, callee] of INTERNAL_CALLS)
      for (const account of INTERNAL_CALLERS) {
        const token = cluster.token(account, callee);
        const check = createTokenCheck({ service: callee, cluster: () => cluster.keys, clock });
        const problem = await check(`Bearer ${token}`, caller);
        assert.equal(problem === undefined, account === caller, `${account} as ${caller}`);
      }
  });
});
