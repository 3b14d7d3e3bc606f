/**
 * What mocha tests call: one cluster for all of a test process, a namespace for each test. To be
 * imported by test files only, since it registers a hook for the end of the run.
 */
import { randomBytes } from 'node:crypto';
import { globSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../lib/prepare.ts';
import { startTestCluster, type TestCluster } from './cluster.ts';

/** A cold disk or a busy machine; it is up in 5 s otherwise. */
const START_TIMEOUT_MS = 150_000;
const STOP_TIMEOUT_MS = 30_000;

let shared: Promise<TestCluster> | undefined;

after(async function () {
  this.timeout(STOP_TIMEOUT_MS);
  await endCluster();
});

/** Ends the cluster of this test process, if there is one; the next test that needs one starts another. */
export async function endCluster(): Promise<void> {
  const started = shared;
  shared = undefined;
  // A start that failed has been told by the test that needed it.
  await (await started?.catch(() => undefined))?.stop();
}

/** The cluster of this test process; the first test that needs it starts it. To be called in `describe`. */
export function useCluster(): () => TestCluster {
  let cluster: TestCluster;
  before(async function () {
    this.timeout(START_TIMEOUT_MS);
    shared ??= startTestCluster();
    cluster = await shared;
  });
  return () => cluster;
}

/** As `useCluster`, with the custom resource definitions of `crds/` in it. */
export function useClusterWithCrds(): () => TestCluster {
  const cluster = useCluster();
  before(async function () {
    this.timeout(STOP_TIMEOUT_MS);
    await applyCrds(cluster());
  });
  return cluster;
}

/** Applies every definition of `crds/` and waits until the API server serves them. */
export async function applyCrds({ kubectl }: TestCluster): Promise<void> {
  const files = globSync('*.yaml', { cwd: path.join(root, 'crds') }).toSorted();
  const names = files.flatMap((file) => ['-f', path.join(root, 'crds', file)]);
  await kubectl(['apply', ...names]);
  await kubectl(['wait', '--for=condition=Established', '--timeout=30s', ...names]);
}

/** A new namespace for each test; it is deleted after the test, without waiting. */
export function useNamespace(cluster: () => TestCluster): () => string {
  let name: string;
  beforeEach(async () => {
    name = `duckmon-test-${randomBytes(5).toString('hex')}`;
    await cluster().kubectl(['create', 'namespace', name]);
  });
  afterEach(() => cluster().kubectl(['delete', 'namespace', name, '--wait=false']));
  return () => name;
}
