/** What a test run needs before its first test that uses a cluster. */
import { existsSync } from 'node:fs';
import { buildPrograms, type BuildDeps } from './build.ts';
import { requireNode } from './node/requirements.ts';
import { helmProgram, kubectlProgram, nodePrograms, requireControllers } from './programs.ts';
import { SERVERS } from './recipes.ts';
import { chooseSource, clusterCache } from './source.ts';

/**
 * Makes sure that tests can have a cluster; builds its programs when the machine has none, which takes
 * minutes the first time.
 * @returns variables that the processes of the tests need beside the environment.
 * @throws SetupError with one sentence on what is missing.
 */
export async function prepareTestCluster(deps: BuildDeps): Promise<Record<string, string>> {
  const source = chooseSource(deps.env, existsSync);
  requireControllers(source);
  await kubectlProgram(source, deps);
  if (source.kind !== 'built') return {};
  return { KUBEBUILDER_ASSETS: await buildPrograms(SERVERS, deps) };
}

/**
 * Makes sure that tests can have a node; builds its programs, which takes minutes the first time.
 * @throws SetupError with one sentence on what this machine lacks.
 */
export async function prepareTestNode(deps: BuildDeps): Promise<void> {
  requireNode([clusterCache(deps.env)], deps.say);
  await nodePrograms(deps);
}

/** Makes sure that tests of the chart have helm; builds it the first time. */
export async function prepareTestHelm(deps: BuildDeps): Promise<void> {
  await helmProgram(deps);
}
