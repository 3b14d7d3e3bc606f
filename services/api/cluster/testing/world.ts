/** An api that writes into a cluster in memory. */
import assert from 'node:assert/strict';
import type { MonitorJobSpec } from '../../../../crds/types/monitorjob.ts';
import { newId } from '../../../core/ids.ts';
import { validateManifest } from '../../../core/manifest/index.ts';
import { firstDue } from '../../../domain/firstDue.ts';
import { applyMonitor } from '../../../store/apply.ts';
import { projectMonitor } from '../../../store/projection.ts';
import { withWorkspace, type Tx } from '../../../store/workspace.ts';
import { job, startTestApi, WORKSPACE, type Answer, type TestApi } from '../../testing/api.ts';
import type { LiveObject } from '../resources.ts';
import { fakeKube, type FakeKube } from './kube.ts';

export interface FakeWorld {
  readonly api: TestApi;
  readonly fake: FakeKube;
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  /** What the operator does a moment after an object was written. */
  project(live: LiveObject, runRequest?: string): Promise<void>;
  /** A monitor that was made in local mode. */
  makeLocal(name: string): Promise<void>;
  /** As the owner of the tables. */
  inStore<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  auditRows(): Promise<string[]>;
}

const CLUSTER = { OBJECTS: 'cluster', KUBECONFIG: 'given' };

/** A new one for each test. */
export function useFakeWorld(): () => FakeWorld {
  let world: FakeWorld;
  beforeEach(async () => {
    const fake = fakeKube();
    world = worldOf(await startTestApi(CLUSTER, { kube: fake.kube }), fake);
  });
  afterEach(() => world.api.stop());
  return () => world;
}

function specOf(manifest: Record<string, unknown>): MonitorJobSpec {
  const result = validateManifest(manifest);
  assert.ok(result.ok && result.object.kind === 'MonitorJob');
  return result.object.spec;
}

function worldOf(api: TestApi, fake: FakeKube): FakeWorld {
  const deps = () => ({ now: api.time.now, firstDue, newUid: newId });
  const inStore: FakeWorld['inStore'] = (work) =>
    withWorkspace(api.db.pool('duckmon_owner'), WORKSPACE, work);
  return {
    api,
    fake,
    inStore,
    call: (method, path, body, headers = {}) =>
      api.call(method, `/api/v1${path}`, {
        token: api.tokens.admin,
        headers,
        ...(body === undefined ? {} : { body }),
      }),
    project: async (live, runRequest) => {
      const { name = '', uid = '', generation = 1 } = live.metadata;
      const texts = { labels: {}, annotations: {}, runRequest: runRequest ?? null };
      const spec = specOf(job(name, live.spec));
      const object = { name, uid, generation, spec, ...texts, workers: null };
      await inStore((tx) => projectMonitor(tx, WORKSPACE, object, deps()));
    },
    makeLocal: async (name) => {
      const input = { name, spec: specOf(job(name)) };
      await inStore((tx) => applyMonitor(tx, WORKSPACE, input, { managedBy: null }, deps()));
    },
    auditRows: async () => {
      const { rows } = await api.db
        .pool('mon_backup')
        .query<{ action: string; subject: string }>(
          'SELECT action, subject FROM audit ORDER BY seq',
        );
      return rows.map(({ action, subject }) => `${action} ${subject}`);
    },
  };
}
