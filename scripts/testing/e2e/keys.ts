/** Keys are replaced and the platform is frozen while it works: no call fails, and no pod restarts. */
import assert from 'node:assert/strict';
import { alertsOf, becomes, channelObjects, jobOf } from './journey.ts';
import { TEAM, timed, until, type System } from './system.ts';
import { refusals, startTraffic } from './traffic.ts';

const MONITOR = 'keys';
const MINUTE_MS = 60_000;

const keysOf = async (system: System, ring: string): Promise<string[]> => {
  const field = `{range .status.keys[?(@.ring=="${ring}")]}{.kid}={.state} {end}`;
  return (await system.read('mplat/default', field)).trim().split(' ');
};
const currentOf = async (system: System): Promise<string> =>
  (await keysOf(system, 'Internal')).find((key) => key.endsWith('=Current')) ?? 'none';

/** Pods and how often their containers have started. */
const starts = (system: System): Promise<string> =>
  system.read(
    'pods',
    '{range .items[?(@.metadata.labels.mon\\.duckerhub\\.com/component!="canary")]}{.metadata.name}:{.status.containerStatuses[0].restartCount} {end}',
  );

export function keys(given: () => System): void {
  let price = 500;
  /** A change, its check, its verdict and its alert: every internal call that there is. */
  const checkOnce = async (system: System): Promise<string | undefined> => {
    price += 1;
    const page = `<!doctype html><title>Shop</title><h1>Duck</h1><p>Price: EUR ${price}.00</p>`;
    system.world.site.set(MONITOR, page);
    const wanted = alertsOf(system, MONITOR).length + 1;
    await system.monitor('run', MONITOR, '-n', TEAM, '--wait');
    await until('its alert', async () => alertsOf(system, MONITOR).length >= wanted || undefined);
    return undefined;
  };

  before(async () => {
    const system = given();
    system.world.site.set(
      MONITOR,
      '<!doctype html><title>Shop</title><h1>Duck</h1><p>Price: EUR 500.00</p>',
    );
    await system.apply(...channelObjects(system), jobOf(system, MONITOR, MONITOR));
    await becomes(system, `mj/${MONITOR}`, 'Healthy');
  });
  after(() => given().node.kubectl(['-n', TEAM, 'delete', `mj/${MONITOR}`]));

  for (const [words, patienceMs] of [
    [['rotate'], 6 * MINUTE_MS],
    [['rotate', '--now'], 2 * MINUTE_MS],
  ] as const)
    it(`B3 replaces every key between services under traffic: kubectl monitor ${words.join(' ')}`, async () => {
      const system = given();
      const [before, refused, pods] = [
        await currentOf(system),
        await refusals(system),
        await starts(system),
      ];
      const traffic = startTraffic(() => checkOnce(system));
      let result: Awaited<ReturnType<typeof traffic.stop>>;
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
        result = await traffic.stop();
      }
      assert.deepEqual(result.failures, []);
      assert.ok(result.count > 0);
      assert.equal(await checkOnce(system), undefined);
      assert.equal(await starts(system), pods, 'no pod was started anew');
      if (words.length === 1) assert.deepEqual(await refusals(system), refused);
    });

  it('stops all checks within 5 s of kubectl monitor freeze, and goes on after resume', async () => {
    const system = given();
    await timed(system, 'kubectl monitor freeze until Frozen', () => system.monitor('freeze'));
    const frozen = system.times.get('kubectl monitor freeze until Frozen') ?? Infinity;
    const hits = system.world.site.hits(MONITOR);
    await assert.rejects(system.monitor('run', MONITOR, '-n', TEAM, '--wait', '--timeout', '5s'));
    assert.equal(system.world.site.hits(MONITOR), hits, 'nothing was fetched');
    await system.monitor('resume');
    await until('the check that was asked for', async () =>
      system.world.site.hits(MONITOR) > hits ? true : undefined,
    );
    assert.ok(frozen < 5_000 + 2_000, `${frozen} ms, with the start of the program`);
  });
}
