import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { failure, type Seen } from '../testing/api.ts';
import { useFixture } from '../testing/fixture.ts';

const configMap = (name: string, text = 'x'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  a: ${text}\n`;
const job = (name: string): string =>
  `apiVersion: mon.duckerhub.com/v1alpha1\nkind: MonitorJob\nmetadata:\n  name: ${name}\nspec:\n  schedule:\n    cron: bad\n`;
const secret =
  'apiVersion: v1\nkind: Secret\nmetadata:\n  name: hook\nstringData:\n  key: hunter2\n';

interface Body {
  documents: { kind: string; metadata: { name: string } }[];
  source: string;
  dryRun: boolean;
}
const bodyOf = (seen: Seen | undefined): Body => seen?.body as Body;
/** Answers every document with the same action. */
const all = (action: string) => (seen: Seen) => ({
  body: {
    results: bodyOf(seen).documents.map(({ kind, metadata }) => ({
      kind,
      name: metadata.name,
      action,
    })),
  },
});

describe('duckmon apply', () => {
  const world = useFixture();
  const refuse = (kind: string, name: string, ...problems: object[]) => {
    world.api.script['POST /api/v1/apply'] = {
      body: { results: [{ kind, name, action: 'refused', problems }] },
    };
  };

  it('says what became of each object, as kubectl does', async () => {
    world.write('a.yaml', configMap('goals'));
    world.api.script['POST /api/v1/apply'] = all('created');
    const { code, out, err } = await world.cli(['apply', '-f', 'a.yaml']);
    assert.deepEqual([code, out, err], [0, 'configmap/goals created\n', '']);
  });
  it('sends the parsed objects with the name of their file', async () => {
    world.write('a.yaml', configMap('goals'));
    world.api.script['POST /api/v1/apply'] = all('created');
    await world.cli(['apply', '-f', 'a.yaml']);
    assert.deepEqual(world.api.seen[0]?.body, {
      documents: [
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'goals' }, data: { a: 'x' } },
      ],
      source: 'a.yaml',
      dryRun: false,
    });
  });
  it('marks a dry run and sends it as one', async () => {
    world.write('a.yaml', configMap('goals'));
    world.api.script['POST /api/v1/apply'] = all('configured');
    const { out } = await world.cli(['apply', '-f', 'a.yaml', '--dry-run']);
    assert.equal(out, 'configmap/goals configured (dry run)\n');
    assert.equal(bodyOf(world.api.seen[0]).dryRun, true);
  });
  it('reads standard input', async () => {
    world.api.script['POST /api/v1/apply'] = all('created');
    const readInput = async () => configMap('piped');
    const { out } = await world.cli(['apply', '-f', '-'], { readInput });
    assert.equal(out, 'configmap/piped created\n');
  });
  it('reads the manifests of a folder and nothing else in it', async () => {
    world.write('d/b.yml', configMap('b'));
    world.write('d/a.yaml', configMap('a'));
    world.write('d/notes.txt', 'hello');
    world.write('d/.hidden.yaml', configMap('hidden'));
    world.write('d/deep/c.yaml', configMap('c'));
    world.api.script['POST /api/v1/apply'] = all('created');
    const { out } = await world.cli(['apply', '-f', 'd']);
    assert.equal(out, 'configmap/a created\nconfigmap/b created\n');
  });
  it('takes several files', async () => {
    world.write('a.yaml', configMap('a'));
    world.write('b.yaml', configMap('b'));
    world.api.script['POST /api/v1/apply'] = all('created');
    await world.cli(['apply', '-f', 'a.yaml', '-f', 'b.yaml']);
    assert.equal(bodyOf(world.api.seen[0]).source, 'a.yaml, b.yaml');
  });
  it('sends Secrets before the jobs that need them', async () => {
    world.write('a.yaml', `${job('j')}---\n${configMap('c')}---\n${secret}`);
    world.api.script['POST /api/v1/apply'] = all('created');
    await world.cli(['apply', '-f', 'a.yaml']);
    const kinds = bodyOf(world.api.seen[0]).documents.map(({ kind }) => kind);
    assert.deepEqual(kinds, ['Secret', 'ConfigMap', 'MonitorJob']);
  });
  it('splits what is too large for one request', async () => {
    world.write('a.yaml', configMap('a', 'x'.repeat(150_000)));
    world.write('b.yaml', configMap('b', 'x'.repeat(150_000)));
    world.api.script['POST /api/v1/apply'] = all('created');
    const { out } = await world.cli(['apply', '-f', '.']);
    assert.equal(world.api.seen.length, 2);
    assert.equal(out, 'configmap/a created\nconfigmap/b created\n');
  });
  it('says file, line and field of every problem', async () => {
    world.write('a.yaml', `${configMap('x')}---\n${job('shop')}`);
    refuse('MonitorJob', 'shop', { path: 'spec.schedule.cron', message: 'is not valid' });
    const { code, err } = await world.cli(['apply', '-f', 'a.yaml']);
    assert.equal(code, 1);
    assert.equal(err, 'a.yaml:14: monitorjob/shop: spec.schedule.cron: is not valid\n');
  });
  it('says a problem that is about no field', async () => {
    world.write('a.yaml', job('shop'));
    refuse('MonitorJob', 'shop', { path: '', message: 'is managed by shop.yaml' });
    const { err } = await world.cli(['apply', '-f', 'a.yaml']);
    assert.equal(err, 'a.yaml:1: monitorjob/shop: is managed by shop.yaml\n');
  });
  it('says that an object was refused when no reason came', async () => {
    world.write('a.yaml', job('shop'));
    refuse('MonitorJob', 'shop');
    assert.equal((await world.cli(['apply', '-f', 'a.yaml'])).err, 'monitorjob/shop: refused\n');
  });
  it('ends with 1 when one of several objects was refused, and says the others', async () => {
    world.write('a.yaml', `${configMap('c')}---\n${job('shop')}`);
    const results = [
      { kind: 'ConfigMap', name: 'c', action: 'created' },
      {
        kind: 'MonitorJob',
        name: 'shop',
        action: 'refused',
        problems: [{ path: 'spec', message: 'x' }],
      },
    ];
    world.api.script['POST /api/v1/apply'] = { body: { results } };
    const { code, out } = await world.cli(['apply', '-f', 'a.yaml']);
    assert.deepEqual([code, out], [1, 'configmap/c created\n']);
  });
  it('sends nothing when a file is no YAML', async () => {
    world.write('a.yaml', configMap('a'));
    world.write('b.yaml', 'a: [\n');
    const { code, err } = await world.cli(['apply', '-f', '.']);
    assert.deepEqual([code, world.api.seen.length], [1, 0]);
    assert.match(err, /^duckmon: b\.yaml:\d+: /);
  });
  it('reports every file that is wrong', async () => {
    world.write('a.yaml', 'kind: Nothing\n');
    world.write('b.yaml', 'kind: Nowhere\n');
    const { err } = await world.cli(['apply', '-f', '.']);
    assert.match(err, /a\.yaml:1: .*\nb\.yaml:1: /);
  });
  it('refuses an object that stands twice', async () => {
    world.write('a.yaml', configMap('x'));
    world.write('b.yaml', configMap('x'));
    const { code, err } = await world.cli(['apply', '-f', '.']);
    assert.equal(code, 1);
    assert.match(err, /b\.yaml:1: ConfigMap\/x stands in a\.yaml:1 already/);
  });
  it('says when a file does not exist', async () => {
    const { code, err } = await world.cli(['apply', '-f', 'gone.yaml']);
    assert.deepEqual([code, err], [1, 'duckmon: gone.yaml cannot be read: it does not exist\n']);
  });
  it('says when there is nothing to apply', async () => {
    world.write('a.yaml', '# nothing\n');
    const { code, err } = await world.cli(['apply', '-f', 'a.yaml']);
    assert.deepEqual([code, err], [1, 'duckmon: no objects found in a.yaml\n']);
  });
  it('is a usage error without -f', async () => {
    assert.equal((await world.cli(['apply'])).code, 2);
  });
  it('never prints the value of a Secret', async () => {
    world.write('a.yaml', secret);
    refuse('Secret', 'hook', { path: 'stringData.key', message: 'must be a string' });
    const { out, err } = await world.cli(['apply', '-f', 'a.yaml']);
    assert.doesNotMatch(out + err, /hunter2/);
  });
  it('takes every sample manifest of the project', async () => {
    const samples = fileURLToPath(new URL('../../../manifests/samples/', import.meta.url));
    world.api.script['POST /api/v1/apply'] = all('created');
    const { code, out } = await world.cli(['apply', '-f', samples]);
    assert.equal(code, 0);
    assert.match(out, /^monitorjob\/demo-shop created$/m);
    assert.ok(readFileSync(`${samples}demo-shop.yaml`, 'utf8').length > 0);
  });
});

describe('duckmon delete', () => {
  const world = useFixture();
  const gone = { status: 204, body: '' };

  it('deletes by kind and name', async () => {
    world.api.script['DELETE /api/v1/monitors/shop'] = gone;
    const { code, out } = await world.cli(['delete', 'mj', 'shop']);
    assert.deepEqual([code, out], [0, 'monitorjob/shop deleted\n']);
  });
  it('deletes by kind/name', async () => {
    world.api.script['DELETE /api/v1/channels/ops'] = gone;
    assert.equal((await world.cli(['delete', 'nch/ops'])).out, 'notificationchannel/ops deleted\n');
  });
  it('deletes Secrets and ConfigMaps where they live', async () => {
    world.api.script['DELETE /api/v1/secrets/a'] = gone;
    world.api.script['DELETE /api/v1/configmaps/b'] = gone;
    assert.equal((await world.cli(['delete', 'secret', 'a'])).code, 0);
    assert.equal((await world.cli(['delete', 'cm', 'b'])).code, 0);
  });
  it('deletes what a file names, jobs before what they need', async () => {
    world.write('a.yaml', `${secret}---\n${job('j')}`);
    world.api.script['DELETE /api/v1/secrets/hook'] = gone;
    world.api.script['DELETE /api/v1/monitors/j'] = gone;
    assert.equal(
      (await world.cli(['delete', '-f', 'a.yaml'])).out,
      'monitorjob/j deleted\nsecret/hook deleted\n',
    );
  });
  it('ends with 3 when something was not there, and deletes the rest', async () => {
    world.api.script['DELETE /api/v1/monitors/b'] = gone;
    const { code, out, err } = await world.cli(['delete', 'mj', 'a', 'b']);
    assert.deepEqual([code, out, err], [3, 'monitorjob/b deleted\n', 'monitorjob/a not found\n']);
  });
  it('stops when it may not delete', async () => {
    world.api.script['DELETE /api/v1/monitors/a'] = failure(403, 'This needs the scope write');
    const { code, err } = await world.cli(['delete', 'mj', 'a']);
    assert.deepEqual([code, err], [4, 'duckmon: This needs the scope write\n']);
  });
  it('cannot leave the path by a strange name', async () => {
    await world.cli(['delete', 'mj', '../secrets?x=1']);
    assert.equal(world.api.seen[0]?.path, '/api/v1/monitors/..%2Fsecrets%3Fx%3D1');
  });
  for (const argv of [
    ['delete'],
    ['delete', 'mj'],
    ['delete', 'findings', 'x'],
    ['delete', 'mj', 'a', '-f', 'x'],
  ])
    it(`refuses ${argv.join(' ')} as a usage error`, async () => {
      assert.equal((await world.cli(argv)).code, 2);
      assert.equal(world.api.seen.length, 0);
    });
});

describe('duckmon export', () => {
  const world = useFixture();
  const objects = {
    'GET /api/v1/secrets': {
      body: { items: [{ kind: 'Secret', name: 'hook', keys: ['a', 'b'] }], nextCursor: null },
    },
    'GET /api/v1/channels': { body: { items: [], nextCursor: null } },
    'GET /api/v1/monitors': {
      body: {
        items: [
          {
            apiVersion: 'mon.duckerhub.com/v1alpha1',
            kind: 'MonitorJob',
            metadata: {
              name: 'shop',
              uid: 'u',
              generation: 2,
              resourceVersion: '5',
              namespace: 'w',
              creationTimestamp: 'x',
              labels: { team: 'web' },
              annotations: { 'mon.duckerhub.com/managed-by': 'a.yaml', note: 'kept' },
            },
            spec: { schedule: { interval: '60s' } },
            status: { openFindings: 3 },
          },
        ],
        nextCursor: null,
      },
    },
  };

  it('writes plain objects without what the server adds', async () => {
    Object.assign(world.api.script, objects);
    const { out } = await world.cli(['export']);
    const expected = {
      apiVersion: 'mon.duckerhub.com/v1alpha1',
      kind: 'MonitorJob',
      metadata: { name: 'shop', labels: { team: 'web' }, annotations: { note: 'kept' } },
      spec: { schedule: { interval: '60s' } },
    };
    assert.ok(out.endsWith(stringify(expected)));
  });
  it('names the Secrets, whose values it cannot have', async () => {
    Object.assign(world.api.script, objects);
    assert.match((await world.cli(['export'])).out, /^# Secret hook \(a, b\) is not exported/);
  });
  it('writes what apply takes again', async () => {
    Object.assign(world.api.script, objects, { 'POST /api/v1/apply': all('unchanged') });
    world.write('all.yaml', (await world.cli(['export'])).out);
    assert.equal((await world.cli(['apply', '-f', 'all.yaml'])).out, 'monitorjob/shop unchanged\n');
  });
});
