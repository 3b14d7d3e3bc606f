import assert from 'node:assert/strict';
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import { createStore } from '../../kube/store.ts';
import type { StatusOutcome, StatusWriter } from '../../kube/status.ts';
import { testDeps } from '../../kube/testing/deps.ts';
import { ANNOTATIONS } from '../../names.ts';
import { reconcilePlatform } from './index.ts';
import { createStatusMemory } from './status.ts';

const KEY = 'duckmon/default';
const platformAt = (resourceVersion: string, uid = 'u', annotations = {}): MonitorPlatform =>
  ({
    metadata: {
      name: 'default',
      namespace: 'duckmon',
      uid,
      generation: 1,
      resourceVersion,
      annotations,
    },
    spec: { suspend: false },
  }) as unknown as MonitorPlatform;

/** @param answers of the status writer, one a write; `meanwhile` runs while it is waited for the next. */
function world(start: MonitorPlatform, ...answers: readonly StatusOutcome[]) {
  const deps = testDeps();
  const platforms = createStore<MonitorPlatform>();
  platforms.put(start);
  const seen: (string | undefined)[] = [];
  const told: string[] = [];
  let meanwhile = (): void => {};
  const left = [...answers];
  const status: StatusWriter = {
    write: async (_resource, object) => {
      seen.push(object.metadata.resourceVersion);
      return left.shift() ?? { kind: 'written' };
    },
    forget: () => {},
  };
  const reconcile = reconcilePlatform({
    namespace: 'duckmon',
    platforms,
    configMap: () => undefined,
    defaults: { ensure: async (platform) => platform ?? start },
    jobs: createStore(),
    quotas: async () => undefined,
    cluster: undefined,
    client: {
      freeze: async (_frozen, by) =>
        Boolean(told.push(['freeze', by ?? []].flat().join(' by '))) && false,
      noteRotation: async ({ act }) => void told.push(act),
    },
    feed: { reachability: () => ({ kind: 'reached' }) },
    status,
    memory: createStatusMemory(),
    events: { record: (_kind, _object, { note }) => void told.push(note), flush: async () => {} },
    version: '1.0.0',
    clock: { ...deps.clock, sleep: async () => meanwhile() },
  });
  const { signal } = new AbortController();
  const ref = { namespace: 'duckmon', name: 'default' };
  return {
    platforms,
    seen,
    told,
    meanwhile: (act: () => void) => void (meanwhile = act),
    pass: () => reconcile({ key: KEY, ref, reconcileId: 'x', log: deps.log, signal }),
  };
}

describe('operator: a pass over the MonitorPlatform', () => {
  it('writes what it saw as soon as the cache has the last write, for it may never see it again', async () => {
    const { platforms, seen, meanwhile, pass } = world(platformAt('1'), {
      kind: 'deferred',
      afterMs: 200,
    });
    meanwhile(() => void platforms.put(platformAt('2')));
    await pass();
    assert.deepEqual(seen, ['1', '2']);
  });

  it('writes it to no other object that has taken the name meanwhile', async () => {
    const { platforms, seen, meanwhile, pass } = world(platformAt('1'), {
      kind: 'deferred',
      afterMs: 200,
    });
    meanwhile(() => void platforms.put(platformAt('2', 'another')));
    await pass();
    assert.deepEqual(seen, ['1']);
  });

  it('tells the scheduler what is to be frozen, and under the dry-run annotation nobody', async () => {
    const well = world(platformAt('1'));
    await well.pass();
    assert.deepEqual(well.told, ['freeze']);
    const named = world(platformAt('1', 'u', { [ANNOTATIONS.suspendRequestedBy]: 'anna' }));
    await named.pass();
    assert.deepEqual(named.told, ['freeze by anna']);
    const dry = { [ANNOTATIONS.dryRun]: 'true' };
    const suspended = { ...platformAt('1', 'u', dry), spec: { suspend: true } };
    const shown = world(suspended as unknown as MonitorPlatform);
    await shown.pass();
    assert.deepEqual(shown.told, ['would freeze the scheduler']);
  });
});
