/** A rotation of the internal keys while everybody calls everybody, on a real API server. */
import assert from 'node:assert/strict';
import { systemClock } from '../../../../services/core/clock.ts';
import {
  INTERNAL_CALLS,
  type InternalCaller,
  type ServiceName,
} from '../../../../services/core/contracts/ports.ts';
import { InternalCallError } from '../../../../services/core/internal/client.ts';
import { deriveServiceKeys, type ServiceKeyFile } from '../../../../services/core/serviceKeys.ts';
import type { Mount, Traffic } from '../../controllers/monitorplatform/testing/fleet.ts';
import { until, usePlatformWorld } from '../../controllers/monitorplatform/testing/world.ts';
import { ANNOTATIONS, PLATFORM_NAME, SECRETS } from '../../names.ts';
import { MONITOR_PLATFORMS } from '../../resources.ts';

const PER_SECOND = 300;
const OVERLAP_MS = 16 * 60_000;
const WORKERS = ['browser', 'llm', 'notification', 'egress'] as const;
const MOUNTS = [...WORKERS, 'api'] as const;

describe('the keys of all pairs on a real API server', function () {
  this.timeout(90_000);
  const world = usePlatformWorld();
  let mounts: ReadonlyMap<InternalCaller, Mount>;
  let urls: Map<ServiceName, string>;
  let own: ServiceKeyFile;

  const mountOf = (name: InternalCaller): Mount => mounts.get(name) ?? assert.fail(name);
  const urlOf = (name: ServiceName): string => urls.get(name) ?? assert.fail(name);
  const all = (holds: (keys: ServiceKeyFile) => boolean): true | undefined =>
    [...mounts.values()].every(({ keys }) => holds(keys())) || undefined;
  /** The operator has no file: it derives its keys from the root. */
  const deriveOwn = async (): Promise<void> => {
    const keys = [...(await world().ring(SECRETS.internalKey))];
    own = deriveServiceKeys({ keys }, 'operator');
  };
  const rotate = (at: string | null): Promise<unknown> =>
    world().transport.mergePatch(
      MONITOR_PLATFORMS,
      { namespace: world().namespace, name: PLATFORM_NAME },
      { metadata: { annotations: { [ANNOTATIONS.rotateRequestedAt]: at } } },
    );

  beforeEach(async () => {
    const { start, fleet, scheduler, schedulerMount, condition } = world();
    await start();
    mounts = new Map<InternalCaller, Mount>([
      ['scheduler', schedulerMount],
      // each reads its Secret at its own time
      ...MOUNTS.map((name, at) => [name, fleet.mount(name, 200 + at * 150)] as const),
    ]);
    urls = new Map();
    for (const name of WORKERS) urls.set(name, (await fleet.callee(name, mountOf(name))).url);
    const callees = WORKERS.map((service) => ({ service, url: urlOf(service) }));
    const { answer, note } = fleet.table(schedulerMount, callees);
    urls.set('scheduler', (await fleet.callee('scheduler', schedulerMount, note)).url);
    scheduler.knowKeys(answer);
    await condition('KeysCurrent', 'AllCurrent');
    await until('keys everywhere', () =>
      all(({ calls, callers }) => Object.keys({ ...calls, ...callers }).length > 0),
    );
    await deriveOwn();
  });

  /** Calls of every pair, as many a second together as the row says. */
  const callAll = (): readonly Traffic[] =>
    INTERNAL_CALLS.map(([caller, callee]) => {
      const from = caller === 'operator' ? { service: caller, keys: () => own } : mountOf(caller);
      return world().fleet.traffic(from, callee, urlOf(callee), PER_SECOND / INTERNAL_CALLS.length);
    });

  it('B3 turn under 300 calls a second without one that fails, and the old key opens nothing then', async () => {
    const { fleet, states, age } = world();
    const old = own;
    const traffic = callAll();
    const sent = (): number => traffic.reduce((sum, pair) => sum + pair.sent(), 0);
    const more = (calls: number): Promise<true> => {
      const before = sent();
      return until(`${calls} calls more`, () => sent() > before + calls || undefined);
    };
    await more(300);
    await rotate(systemClock.now().toISOString());
    await states('current', 'next');
    await states('current', 'previous');
    await deriveOwn();
    await rotate(null);
    await age(SECRETS.internalKey, OVERLAP_MS);
    await states('current');
    await until('the old key is nowhere', () =>
      all(({ callers }) => Object.values(callers).every((held) => held.length === 1)),
    );
    await more(300);
    for (const pair of traffic) assert.deepEqual((await pair.stop()).failed, []);

    const late = { service: 'operator', keys: () => old } as const;
    const tries = fleet.traffic(late, 'scheduler', urlOf('scheduler'), 50);
    await until('calls under the old key', () => tries.sent() > 5 || undefined);
    const { failed, sent: tried } = await tries.stop();
    const statuses = failed.map((error) =>
      error instanceof InternalCallError && error.problem.kind === 'refused'
        ? error.problem.status
        : error,
    );
    assert.deepEqual(statuses, Array(tried).fill(401));
  });
});
