/** Everything dies in turn while pages change: no alert is lost, and it takes no longer than is said here. */
import assert from 'node:assert/strict';
import { getThrough, type Front } from './front.ts';
import { alertsOf, askForRuns, becomes, channelObjects, jobOf } from './journey.ts';
import { podOf, podsWith } from './pods.ts';
import { say, TEAM, until, type System } from './system.ts';

const MONITORS = ['drill-1', 'drill-2', 'drill-3', 'drill-4'];
const PATIENCE_MS = 240_000;

/** Pages and monitors whose every change is told. */
interface Field {
  readonly system: System;
  /** The price on every page now. */
  price: number;
}

const pageOf = (price: number): string =>
  `<!doctype html><title>Shop</title><h1>Duck</h1><p>Price: EUR ${price}.00</p>`;

const setPages = ({ system, price }: Field): void => {
  for (const name of MONITORS) system.world.site.set(name, pageOf(price));
};

async function openField(system: System): Promise<Field> {
  const field: Field = { system, price: 100 };
  setPages(field);
  await system.apply(
    ...channelObjects(system),
    // The next check is never further away than this, whatever becomes of one that was asked for.
    ...MONITORS.map((name) =>
      jobOf(system, name, name, { schedule: { interval: '60s', jitterPercent: 0 } }),
    ),
  );
  for (const name of MONITORS) await becomes(system, `mj/${name}`, 'Healthy');
  return field;
}

/** How many alerts about each monitor say that a price came. */
const told = ({ system }: Field, price: number): number[] =>
  MONITORS.map(
    (name) =>
      alertsOf(system, name).filter(({ raw }) => raw.includes(`"after":"${price}.00"`)).length,
  );

const runAll = (system: System): Promise<void> => askForRuns(system, MONITORS);

/**
 * A change on every page, and a blow at the same time; done when all have been told.
 * @param ask what makes the checks begin; without it they begin at their time.
 */
async function round(
  field: Field,
  what: string,
  blow: () => Promise<unknown>,
  ask: (system: System) => Promise<void> = runAll,
): Promise<number> {
  field.price += 1;
  setPages(field);
  const startedAt = performance.now();
  await Promise.all([ask(field.system), blow()]);
  await until(
    `the alerts after ${what}`,
    async () => (told(field, field.price).every((count) => count > 0) ? true : undefined),
    PATIENCE_MS,
  );
  const took = performance.now() - startedAt;
  say(`e2e: all alerts were there ${(took / 1000).toFixed(1)} s after ${what}`);
  return took;
}

/** As a loss of power does it, all replicas at once. */
const killAll = async (system: System, component: string): Promise<void> => {
  const labels = `mon.duckerhub.com/component=${component}`;
  await system.kubectl([
    'delete',
    'pods',
    '-l',
    labels,
    '--grace-period=0',
    '--force',
    '--wait=false',
  ]);
};

const passwordOf = async ({ read }: System): Promise<string> =>
  Buffer.from(await read('secret/duckmon-redis', '{.data.redis-password}'), 'base64').toString();

/** All of them in a few rounds; the soak (`npm run soak -- chaos`) takes them one by one, for long. */
const ROUNDS = [
  ['scheduler'],
  ['browser', 'egress'],
  ['llm', 'notification'],
  ['postgres', 'api', 'operator'],
] as const;

export function drills(given: () => System, front: () => Front): void {
  let field: Field;
  before(async () => {
    field = await openField(given());
  });
  after(async () => {
    const names = MONITORS.map((name) => `mj/${name}`);
    await given().node.kubectl(['-n', TEAM, 'delete', ...names]);
  });

  for (const components of ROUNDS) {
    const names = components.join(' and ');
    it(`F7 loses no alert when every pod of ${names} is killed while pages change`, async () => {
      const system = given();
      const kills = (): Promise<unknown> =>
        Promise.all(components.map((component) => killAll(system, component)));
      await round(field, `a kill of ${names}`, kills);
      for (const component of components) await podOf(system, component);
    });
  }

  it('F11 F12 loses no alert, and lets nobody in or out, when Redis is emptied, and when it is gone', async () => {
    const system = given();
    const { name } = await podOf(system, 'redis');
    const flush = ['redis-cli', '--no-auth-warning', '-a', await passwordOf(system), 'FLUSHALL'];
    const isGuarded = async (): Promise<void> =>
      assert.equal((await getThrough(front(), '/api/v1/monitors')).status, 401);
    await round(field, 'FLUSHALL', async () => {
      assert.equal((await system.kubectl(['exec', name, '--', ...flush])).trim(), 'OK');
      await isGuarded();
    });
    await system.kubectl(['scale', 'deployment/duckmon-redis', '--replicas=0']);
    try {
      await system.kubectl(['wait', '--for=delete', `pod/${name}`, '--timeout=60s']);
      await round(field, 'the end of Redis', isGuarded);
    } finally {
      await system.kubectl(['scale', 'deployment/duckmon-redis', '--replicas=1']);
    }
  });

  it('loses no alert when the API server is away while pages change', async () => {
    const { apiServer } = given().node;
    const restart = async (): Promise<void> => {
      await apiServer.stop();
      await apiServer.start();
    };
    // Nobody can be asked for a check meanwhile.
    await round(field, 'a restart of the API server', restart, async () => {});
  });

  it('loses no alert when the node loses its power, and comes back with every pod', async () => {
    const system = given();
    await round(field, 'a reboot of the node', () => system.node.reboot());
    await system.kubectl(['wait', '--for=condition=Ready', 'mplat/default', '--timeout=180s']);
    for (const component of ROUNDS.flat())
      assert.ok((await podsWith(system, `mon.duckerhub.com/component=${component}`)).length > 0);
  });

  it('tells each change once: what was sent twice is at most one a kill of its sender', async () => {
    const prices = Array.from({ length: field.price - 100 }, (_, index) => 101 + index);
    const counts = prices.flatMap((price) => told(field, price));
    assert.ok(counts.every((count) => count > 0));
    const twice = counts.reduce((sum, count) => sum + count - 1, 0);
    say(`e2e: ${counts.length} changes were told, ${twice} of them twice`);
    assert.ok(twice <= MONITORS.length, `${twice} were told twice`);
  });
}
