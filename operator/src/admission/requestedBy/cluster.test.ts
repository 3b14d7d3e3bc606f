/** `kubectl monitor freeze|resume|rotate` under the policy of names, on a real API server. */
import assert from 'node:assert/strict';
import { platform } from '../../../../crds/testing/samples.ts';
import { transportOf } from '../../../../crds/testing/server.ts';
import { useClusterWithCrds } from '../../../../scripts/testing/cluster/hooks.ts';
import { systemClock } from '../../../../services/core/clock.ts';
import { ApiError } from '../../../../services/core/kube/errors.ts';
import type { Transport } from '../../../../services/core/kube/transport.ts';
import { main } from '../../../../services/cli/kubectl/main.ts';
import type { KubectlIo } from '../../../../services/cli/kubectl/cluster.ts';
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { Changes } from '../../../../services/core/manifest/testing/samples.ts';
import { askedFor, suspendedBy } from '../../controllers/monitorplatform/asked.ts';
import { ANNOTATIONS, PLATFORM_NAME } from '../../names.ts';
import { MONITOR_PLATFORMS } from '../../resources.ts';
import { until } from '../../testing/until.ts';
import { install, type Installed } from '../testing/install.ts';

describe('the names of those who freeze and rotate, on a real API server', function () {
  this.timeout(60_000);
  const cluster = useClusterWithCrds();
  let installed: Installed;
  let admin: Transport;
  let anna: Transport;
  const ref = () => ({ namespace: installed.namespace, name: PLATFORM_NAME });
  const now = () => admin.get(MONITOR_PLATFORMS, ref());
  const patch = (who: Transport, body: object): Promise<unknown> =>
    who.mergePatch(MONITOR_PLATFORMS, ref(), body);
  const marks = (annotations: Record<string, string | null>) => ({ metadata: { annotations } });
  /** The message of the policy. */
  const refusalOf = async (write: Promise<unknown>): Promise<string | undefined> => {
    try {
      await write;
      return undefined;
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) return error.message;
      throw error;
    }
  };
  const object = (changes: Changes = {}): MonitorPlatform => {
    const { namespace, name } = ref();
    const placed = { ...changes, 'metadata.name': name, 'metadata.namespace': namespace };
    return platform(placed) as unknown as MonitorPlatform;
  };
  const inForce = async (): Promise<void> => {
    const forged = { [ANNOTATIONS.suspendRequestedBy]: 'ben' };
    const frozen = object({ 'spec.suspend': true, 'metadata.annotations': forged });
    const make = () => admin.create(MONITOR_PLATFORMS, frozen, { dryRun: true });
    await until('the policy in force', () => refusalOf(make()));
  };
  /** The plugin as a person starts it; waits are over at once. */
  const monitor = async (who: Transport, ...argv: string[]): Promise<string> => {
    let said = '';
    const say = (text: string): void => void (said += text);
    await main([...argv, '--platform', installed.namespace], {
      out: say,
      err: say,
      columns: 100,
      now: () => systemClock.now(),
      sleep: async () => undefined,
      open: async () => ({ transport: who, namespace: installed.namespace }),
    } as unknown as KubectlIo);
    return said;
  };

  before(async () => {
    installed = await install(cluster());
    admin = transportOf(cluster());
    anna = transportOf(cluster(), installed.anna);
    await inForce();
    await admin.create(MONITOR_PLATFORMS, object());
  });
  after(async () => {
    for (const transport of [admin, anna]) transport.close();
    await installed.remove();
  });

  it('H5 are those of the persons who ran kubectl monitor', async () => {
    await monitor(anna, 'freeze', '--timeout', '0s');
    let seen = await now();
    assert.deepEqual([seen.spec.suspend, suspendedBy(seen)], [true, installed.anna]);
    await monitor(admin, 'resume', '--timeout', '0s');
    seen = await now();
    assert.equal(seen.spec.suspend, false);
    assert.notEqual(suspendedBy(seen), installed.anna);
    assert.ok(suspendedBy(seen));
    assert.equal(seen.metadata.annotations?.[ANNOTATIONS.suspendRequestedBy], undefined);
    await monitor(anna, 'rotate');
    await monitor(anna, 'rotate', '--now');
    await monitor(anna, 'rotate', '--data-key');
    const asked = askedFor((await now()).metadata.annotations);
    assert.deepEqual(
      asked.map(({ act, askedBy }) => [act, askedBy]),
      ['rotate', 'rotate-now', 'rotate-data-key'].map((act) => [act, installed.anna]),
    );
  });

  it('H5 are needed by no freeze of an emergency, which is then of nobody, but by its end', async () => {
    const freeze = { spec: { suspend: true } };
    assert.equal(await refusalOf(patch(anna, freeze)), undefined);
    const seen = await now();
    assert.deepEqual([seen.spec.suspend, suspendedBy(seen)], [true, undefined]);
    const resume = { spec: { suspend: false } };
    assert.match((await refusalOf(patch(anna, resume))) ?? '', /who resumes sets the annotation/);
    await monitor(anna, 'resume', '--timeout', '0s');
    assert.equal(suspendedBy(await now()), installed.anna);
  });

  it('H5 are refused when they are forged, left out, or put in later', async () => {
    const time = systemClock.now().toISOString();
    const frozenBy = (name: string | null) => marks({ [ANNOTATIONS.suspendRequestedBy]: name });
    const resumedBy = (name: string | null) => marks({ [ANNOTATIONS.resumeRequestedBy]: name });
    const refused = async (who: Transport, body: object): Promise<void> =>
      assert.match((await refusalOf(patch(who, body))) ?? '', /to the own name, .+, in the same/);
    const { suspend } = (await now()).spec;
    assert.equal(suspend, false);
    await refused(anna, { spec: { suspend: true }, ...frozenBy('ben') });
    await refused(anna, frozenBy('ben'));
    await refused(admin, resumedBy(null));
    await refused(anna, marks({ [ANNOTATIONS.rotateNowRequestedBy]: 'ben' }));
    await refused(anna, marks({ [ANNOTATIONS.rotateDataKeyRequestedBy]: null }));
    // the name that stands there is Anna's
    await refused(admin, marks({ [ANNOTATIONS.rotateRequestedAt]: time }));
    await monitor(anna, 'freeze', '--timeout', '0s');
    for (const body of [frozenBy(null), frozenBy('ben'), { spec: { suspend: false } }])
      await refused(admin, body);
    await refused(admin, { spec: { suspend: false }, ...resumedBy('ben') });
    assert.equal((await now()).spec.suspend, true);
  });

  it('stand in the way of no other edit', async () => {
    assert.equal(
      await refusalOf(patch(anna, { spec: { keys: { rotateEvery: '240h' } } })),
      undefined,
    );
    assert.equal(await refusalOf(patch(anna, marks({ note: 'ours' }))), undefined);
  });
});
