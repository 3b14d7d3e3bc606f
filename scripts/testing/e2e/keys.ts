/** Keys are replaced and the platform is frozen while it works: no call fails, and no pod restarts. */
import assert from 'node:assert/strict';
import { send } from '../site/page.ts';
import { auditOf } from './audit.ts';
import { getThrough, type Front } from './front.ts';
import { alertsOf, askForRuns, becomes, channelObjects, jobOf } from './journey.ts';
import { accessOf, signIn } from './people.ts';
import { say, TEAM, timed, until, type System } from './system.ts';
import { refusals, starts, startTraffic, type Traffic } from './traffic.ts';

const MONITOR = 'keys';
const MINUTE_MS = 60_000;
/** With the start of the program. */
const FREEZE_MS = 5_000 + 2_000;

const keysOf = async (system: System, ring: string): Promise<string[]> => {
  const field = `{range .status.keys[?(@.ring=="${ring}")]}{.kid}={.state} {end}`;
  return (await system.read('mplat/default', field)).trim().split(' ');
};
const currentOf = async (system: System): Promise<string> =>
  (await keysOf(system, 'Internal')).find((key) => key.endsWith('=Current')) ?? 'none';

const PERSON = 'cid@example.org';
const CLIENT_PAUSE_MS = 500;

const pageOf = (price: number): string =>
  `<!doctype html><title>Shop</title><h1>Duck</h1><p>Price: EUR ${price}.00</p>`;

/** Requests with each kind of credential that a person has; an access token is made for each. */
async function startClients(system: System, front: Front): Promise<readonly Traffic[]> {
  const holders = await signIn(system, front, [PERSON], 1);
  const token = holders.find(({ kind }) => kind === 'token')?.headers ?? {};
  return holders.map(({ kind, headers }) =>
    startTraffic(async () => {
      const shown = kind === 'access' ? await accessOf(front, token) : headers;
      const { status } = await getThrough(front, '/api/v1/me', shown);
      return status === 200 ? undefined : `${kind}: ${status}`;
    }, CLIENT_PAUSE_MS),
  );
}

export function keys(given: () => System, front: () => Front): void {
  let price = 500;
  /** A change, its check, its verdict and its alert: every internal call that there is. */
  const checkOnce = async (system: System): Promise<string | undefined> => {
    price += 1;
    system.world.site.set(MONITOR, pageOf(price));
    const wanted = alertsOf(system, MONITOR).length + 1;
    await system.monitor('run', MONITOR, '-n', TEAM, '--wait');
    await until('its alert', async () => alertsOf(system, MONITOR).length >= wanted || undefined);
    return undefined;
  };

  before(async () => {
    const system = given();
    system.world.site.set(MONITOR, pageOf(price));
    await system.apply(...channelObjects(system), jobOf(system, MONITOR, MONITOR));
    await becomes(system, `mj/${MONITOR}`, 'Healthy');
  });
  after(() => given().node.kubectl(['-n', TEAM, 'delete', `mj/${MONITOR}`]));

  for (const [rows, words, patienceMs] of [
    ['H5 B3', ['rotate'], 6 * MINUTE_MS],
    ['B3', ['rotate', '--now'], 2 * MINUTE_MS],
  ] as const)
    it(`${rows} replaces every key between services under traffic: kubectl monitor ${words.join(' ')}`, async () => {
      const system = given();
      const isGraceful = words.length === 1;
      const [before, refused, pods] = [
        await currentOf(system),
        await refusals(system),
        await starts(system),
      ];
      // Without overlap the access tokens of before end as well.
      const clients = isGraceful ? await startClients(system, front()) : [];
      const traffic = [startTraffic(() => checkOnce(system)), ...clients];
      let results: Awaited<ReturnType<Traffic['stop']>>[];
      try {
        await timed(
          system,
          `kubectl monitor ${words.join(' ')} until the new key is current`,
          async () => {
            await system.monitor(...words);
            await until(
              'another current key',
              async () => ((await currentOf(system)) === before ? undefined : true),
              patienceMs,
            );
          },
        );
      } finally {
        results = await Promise.all(traffic.map((one) => one.stop()));
      }
      assert.deepEqual(
        results.flatMap(({ failures }) => failures),
        [],
      );
      assert.ok(results.every(({ count }) => count > 0));
      assert.equal(await checkOnce(system), undefined);
      assert.equal(await starts(system), pods, 'no pod was started anew');
      if (!isGraceful) return;
      assert.deepEqual(await refusals(system), refused);
      const [checks, ...requests] = results.map(({ count }) => count);
      say(
        `e2e: ${checks} checks with their alerts, and ${requests.join(', ')} requests with session, API token and access tokens, while keys were replaced: none refused`,
      );
    });

  it('H5 stops all checks and all sending within 5 s of kubectl monitor freeze, and loses no alert', async () => {
    const system = given();
    const { site, hook } = system.world;
    let lastHitAt = 0;
    price += 1;
    site.handle(MONITOR, (visit) => {
      lastHitAt = Date.now();
      return send(visit, pageOf(price));
    });
    const isTold = async (): Promise<true | undefined> =>
      alertsOf(system, MONITOR).some(({ raw }) => raw.includes(`"after":"${price}.00"`))
        ? true
        : undefined;
    const running = startTraffic(async () => {
      await askForRuns(system, [MONITOR]);
      return undefined;
    });
    try {
      await until('a check', async () => (lastHitAt > 0 ? true : undefined));
      const begunAt = Date.now();
      await timed(system, 'kubectl monitor freeze until Frozen', () => system.monitor('freeze'));
      await assert.rejects(system.monitor('run', MONITOR, '-n', TEAM, '--wait', '--timeout', '5s'));
      const lastSentAt = hook.posts.at(-1)?.receivedAt.getTime() ?? 0;
      const late = Math.max(lastHitAt, lastSentAt) - begunAt;
      say(`e2e: kubectl monitor freeze: the last fetch or message was ${late} ms after its start`);
      assert.ok(late < FREEZE_MS);
      price += 1;
    } finally {
      await system.monitor('resume');
      await running.stop();
    }
    await until('the alert of what changed meanwhile', isTold);
    for (const action of ['freeze', 'resume']) await auditOf(system, action);
  });
}
