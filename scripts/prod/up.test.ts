import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SetupError } from '../../services/core/errors.ts';
import { imagesFile } from './arguments.ts';
import type { UpCommand } from './commands.ts';
import { writeImages, type KnownImages } from './images.ts';
import { shown } from './step.ts';
import { fakeDeps, kubectlSays, PLACE, WHERE, type Answer } from './testing.ts';
import { nextLines, up, upSteps } from './up.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const image = { repository: 'localhost/duckmon', digest };
const KNOWN: KnownImages = {
  place: 'here',
  images: { duckmon: image, 'duckmon-browser': image, 'duckmon-postgres': image },
};
const COMMAND: UpCommand = {
  kind: 'prod-up',
  where: WHERE,
  dryRun: false,
  images: undefined,
  values: [],
  set: [],
  keepNamespace: false,
  timeoutMs: 10_000,
};
const PLATFORM = {
  kind: 'MonitorPlatform',
  metadata: { name: 'default', generation: 1 },
  status: { observedGeneration: 1, conditions: [{ type: 'Ready', status: 'True' }] },
};
const POD_GONE = { kind: 'Deployment', metadata: { name: 'duckmon-api' }, spec: { replicas: 1 } };

/** A cluster in which the api becomes ready at a round of looking. */
function clusterReadyAt(round: number): Answer {
  let rounds = 0;
  return ({ line }) => {
    if (line.startsWith('get deployments')) {
      rounds += 1;
      return JSON.stringify({ items: rounds < round ? [POD_GONE] : [] });
    }
    if (line.startsWith('get workerpools')) return JSON.stringify({ items: [PLATFORM] });
    if (line.startsWith('get events')) return JSON.stringify({ items: [] });
    return line.startsWith('get values') ? '{}' : '';
  };
}

describe('prod-up', () => {
  it('restricts the namespace first, then brings the chart with values of people last', () => {
    const given = { values: ['a.yaml'], set: ['x=1'], keepNamespace: false };
    const [first, second] = upSteps(PLACE, given, KNOWN);
    assert.match(
      shown(first ?? assert.fail()),
      /^kubectl .* apply --server-side [^]*security.kubernetes.io\/enforce": "restricted"/,
    );
    const line = shown(second ?? assert.fail());
    assert.match(
      line,
      /^helm .* upgrade --install duckmon \S+\/charts\/duckmon --create-namespace/,
    );
    assert.match(line, / --values=- --values=a\.yaml --set=x=1 <<'EOF'\n\{\n {2}"image": \{/);
  });

  it('leaves the namespace alone when it is told to, and needs no images then or before', () => {
    const steps = upSteps(PLACE, { ...COMMAND, keepNamespace: true }, undefined);
    assert.equal(steps.length, 1);
    assert.doesNotMatch(shown(steps[0] ?? assert.fail()), /values=-/);
  });

  it('waits until all is ready, says each change once, and ends with what comes next', async () => {
    const deps = fakeDeps(clusterReadyAt(4));
    assert.equal(await up(COMMAND, PLACE, deps), 0);
    const told = deps.said.filter((line) => line.startsWith('  '));
    assert.deepEqual(told, ['  duckmon-api: 0 of 1 ready: no pod yet', '  duckmon-api: ready']);
    assert.match(deps.said.at(-1) ?? '', /^ready after 6s$/);
    assert.equal(deps.printed.length, 4);
  });

  it('gives up after its time with the names of what is not ready', async () => {
    const deps = fakeDeps(clusterReadyAt(Infinity));
    await assert.rejects(
      up(COMMAND, PLACE, deps),
      (error) =>
        error instanceof SetupError &&
        /^Not ready after 10s: duckmon-api\. npm run prod-health .* rollback/.test(error.message),
    );
  });

  it('waits also while the API server does not know our kinds, and may not tell of warnings', async () => {
    const ready = clusterReadyAt(1);
    let asked = 0;
    const deps = fakeDeps((call) => {
      if (call.line.startsWith('get events')) return kubectlSays('events is forbidden: User "a"');
      if (call.line.startsWith('get workerpools') && asked++ === 0)
        return kubectlSays('error: the server doesn\'t have a resource type "workerpools"');
      return ready(call);
    });
    assert.equal(await up(COMMAND, PLACE, deps), 0);
    assert.ok(deps.said.includes('  MonitorPlatform: the operator has not made it yet'));
  });

  it('warns of images that no node can get, and does nothing in a dry run', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-up-'));
    try {
      writeImages(imagesFile(folder), KNOWN);
      const deps = fakeDeps();
      const command = { ...COMMAND, images: imagesFile(folder), dryRun: true };
      assert.equal(await up(command, PLACE, deps), 0);
      assert.match(deps.said.join('\n'), /on this machine only: .* --registry/);
      assert.equal(deps.printed.length, 2);
      assert.deepEqual(deps.calls, []);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('names where monitors are watched, and the address of the dashboard', () => {
    assert.match(nextLines({}, PLACE)[2] ?? '', /kubectl -n duckmon apply/);
    assert.match(nextLines({}, PLACE)[3] ?? '', /-n duckmon port-forward svc\/duckmon-dashboard/);
    const namespaces = { list: ['team-a', 'team-b'] };
    const lines = nextLines(
      { namespaces, ingress: { enabled: true }, HOSTNAME: 'm.example' },
      PLACE,
    );
    assert.match(lines[2] ?? '', /kubectl -n team-a apply/);
    assert.equal(lines[3], '  open https://m.example');
  });
});
