import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../../services/core/clock.ts';
import { SetupError } from '../../services/core/errors.ts';
import { startControlPlane, stopControlPlane } from '../lib/cluster/controlPlane.ts';
import { clusterFolder } from '../lib/cluster/folder.ts';
import { choosePorts } from '../lib/cluster/ports.ts';
import { makeFakePrograms } from '../testing/cluster/fakePrograms.ts';
import { describePlace, findPlace, readPlace } from './place.ts';
import { fakeDeps, kubectlSays, WHERE, type Answer } from './testing.ts';

const CONFIG = {
  'current-context': 'prod',
  clusters: [{ cluster: { server: 'https://k8s.example.org' } }],
};
const NO_CONTEXT = kubectlSays('error: current-context must exist in order to minify');

describe('prod: the place', () => {
  const rejects = (promise: Promise<unknown>, wanted: RegExp): Promise<void> =>
    assert.rejects(promise, (error) => error instanceof SetupError && wanted.test(error.message));

  it('is the current context, by its name from then on', async () => {
    const deps = fakeDeps(() => JSON.stringify(CONFIG));
    const place = await findPlace(WHERE, deps);
    assert.equal(
      describePlace(place),
      'context prod (https://k8s.example.org), namespace duckmon, release duckmon',
    );
    assert.equal(deps.calls[0]?.line, 'config view --minify -o=json');
  });

  it('is the context that is named', () => {
    assert.equal(readPlace(CONFIG, { ...WHERE, context: 'other' }).context, 'other');
  });

  it('must name an API server', () => {
    const none = { 'current-context': 'prod', clusters: null };
    assert.throws(() => readPlace(none, WHERE), /The context prod names no API server/);
    assert.throws(() => readPlace({}, WHERE), /There is no kube context/);
  });

  it('is said to be missing, with the file or the context that is', async () => {
    await rejects(
      findPlace({ ...WHERE, kubeconfig: '/no/file' }, fakeDeps()),
      /^--kubeconfig: there is no file \/no\/file\.$/,
    );
    const unknown = fakeDeps(() => kubectlSays('error: cannot locate context far'));
    await rejects(
      findPlace({ ...WHERE, context: 'far' }, unknown),
      /no context far; kubectl config/,
    );
    await rejects(
      findPlace(
        WHERE,
        fakeDeps(() => NO_CONTEXT),
      ),
      /no kube context: set KUBECONFIG/,
    );
    const named = fakeDeps(() => NO_CONTEXT, { env: { KUBECONFIG: '/no/such:/other' } });
    await rejects(findPlace(WHERE, named), /^KUBECONFIG: there is no file \/no\/such\.$/);
  });

  it('is the cluster of ./scripts/cluster when nothing else is named', async function () {
    this.timeout(30_000);
    const folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-place-'));
    const state = path.join(folder, 'state');
    const { programs } = makeFakePrograms(folder);
    const clusterDeps = { clock: systemClock, say: () => {} };
    try {
      await startControlPlane(state, programs, choosePorts, clusterDeps);
      const own = clusterFolder(state).kubeconfig;
      let calls = 0;
      const answer: Answer = () => (calls++ === 0 ? NO_CONTEXT : JSON.stringify(CONFIG));
      const place = await findPlace(WHERE, fakeDeps(answer, { state }));
      assert.equal(place.kubeconfig, own);
      const other = path.join(folder, 'other');
      writeFileSync(other, '');
      for (const env of [{ KUBECONFIG: other }, {}] as const) {
        const where = 'KUBECONFIG' in env ? WHERE : { ...WHERE, kubeconfig: other };
        await rejects(
          findPlace(
            where,
            fakeDeps(() => NO_CONTEXT, { state, env }),
          ),
          /no kube context/,
        );
      }
    } finally {
      await stopControlPlane(state, clusterDeps);
      rmSync(folder, { recursive: true });
    }
  });
});
