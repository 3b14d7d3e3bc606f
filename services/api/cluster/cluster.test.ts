/** The api on a real API server, under an account that may do no more than it needs. */
import assert from 'node:assert/strict';
import type { MonitorJob } from '../../../crds/types/monitorjob.ts';
import { KubectlError } from '../../../scripts/testing/cluster/kubectl.ts';
import { HttpError } from '../../core/errors.ts';
import { MONITOR_JOBS } from '../../core/kube/kinds.ts';
import type { Transport } from '../../core/kube/transport.ts';
import { validateManifest } from '../../core/manifest/index.ts';
import { job as validJob } from '../../core/manifest/testing/samples.ts';
import { job, secret, webhook, type Answer } from '../testing/api.ts';
import { edit } from './edit.ts';
import { homesIn, placeIn } from './homes.ts';
import { toHttpError } from './problems.ts';
import { API_RULES } from './testing/account.ts';
import { useClusterApi, type ClusterApi, type Entry, type Seen } from './testing/server.ts';

const DASHBOARD = 'duckmon-dashboard';
const ofManager = ({ metadata }: Seen, name: string): Entry | undefined =>
  metadata.managedFields.find(({ manager }) => manager === name);
const refusal = ({ status, json }: Answer): unknown[] => [
  status,
  json.error.code,
  json.error.fields[0],
];
const isKubectls = (path: string) => ({
  path,
  message:
    'is owned by kubectl; edit it there, or take it over with kubectl apply --server-side --force-conflicts',
});

describe('objects of a cluster', function () {
  this.timeout(60_000);
  const world = useClusterApi();
  const call: ClusterApi['call'] = (...args) => world().call(...args);
  const make = async (name: string, spec?: Record<string, unknown>): Promise<Answer> => {
    const answer = await call('POST', '/monitors', job(name, spec));
    assert.equal(answer.status, 201, answer.text);
    return answer;
  };
  /** Somebody with kubectl sets fields by server-side apply. */
  const kubectlSets = (name: string, spec: object): Promise<string> =>
    world().kubectl(['apply', '--server-side', '-f', '-'], {
      apiVersion: 'mon.duckerhub.com/v1alpha1',
      kind: 'MonitorJob',
      metadata: { name },
      spec,
    });
  const isGone = async (kind: string, name: string): Promise<boolean> =>
    world()
      .kubectl(['get', kind, name])
      .then(
        () => false,
        (error: unknown) => error instanceof KubectlError && /NotFound/.test(error.message),
      );

  it('are made so that kubectl sees them as the dashboard’s, with the fields that were sent alone', async () => {
    const { json } = await make('made');
    assert.equal(json.spec.alerting.cooldown, '60m');
    const seen = await world().seen('monitorjob', 'made');
    assert.deepEqual(seen.metadata.managedFields.length, 1);
    const entry = ofManager(seen, DASHBOARD);
    assert.equal(entry?.operation, 'Apply');
    assert.deepEqual(entry?.fieldsV1, {
      'f:spec': {
        'f:goal': { 'f:prompt': {} },
        'f:schedule': { 'f:interval': {} },
        'f:sources': { 'k:{"name":"page"}': { '.': {}, 'f:name': {}, 'f:url': {} } },
      },
    });
  });

  it('are answered with their owners, and no owner of one’s own', async () => {
    const { json } = await make('owners', { description: 'mine' });
    assert.deepEqual(json.status.ownership, { readOnly: null, fields: [] });
  });

  it('are edited without taking what was not changed', async () => {
    await make('edited');
    await kubectlSets('edited', { description: 'theirs' });
    const { json } = await call('GET', '/monitors/edited');
    assert.deepEqual(json.status.ownership.fields, [
      { path: 'spec.description', managers: ['kubectl'] },
    ]);
    const answer = await call('PUT', '/monitors/edited', {
      ...json,
      spec: { ...json.spec, tags: ['new'] },
    });
    assert.equal(answer.status, 200, answer.text);
    const entry = ofManager(await world().seen('monitorjob', 'edited'), DASHBOARD);
    assert.deepEqual(Object.keys(entry?.fieldsV1['f:spec'] as object).toSorted(), [
      'f:goal',
      'f:schedule',
      'f:sources',
      'f:tags',
    ]);
  });

  it('keep a field that kubectl owns, and say whose it is', async () => {
    await make('theirs');
    await kubectlSets('theirs', { description: 'theirs', goal: { threshold: 90 } });
    const other = job('theirs', { description: 'mine', goal: { prompt: 'x', threshold: 90 } });
    assert.deepEqual(refusal(await call('PUT', '/monitors/theirs', other)), [
      409,
      'conflict',
      isKubectls('spec.description'),
    ]);
    const { spec } = await world().seen('monitorjob', 'theirs');
    assert.equal(spec['description'], 'theirs');
  });

  it('keep what a replacement leaves out although kubectl owns it', async () => {
    await make('left-out');
    const sources = [{ name: 'second', url: 'https://example.org/2' }];
    await kubectlSets('left-out', { sources, goal: { threshold: 90 } });
    const { status, json } = await call('PUT', '/monitors/left-out', job('left-out'));
    assert.deepEqual(
      [status, json.error.fields.map(({ path }) => path).toSorted()],
      [409, ['spec.goal.threshold', 'spec.sources[1]']],
    );
  });

  it('take a manifest that is silent about what kubectl owns', async () => {
    await make('silent');
    await kubectlSets('silent', { description: 'theirs' });
    const documents = [job('silent', { tags: ['mine'] })];
    const { json } = await call('POST', '/apply', { documents });
    assert.deepEqual(json.results, [{ kind: 'MonitorJob', name: 'silent', action: 'configured' }]);
    const { spec } = await world().seen('monitorjob', 'silent');
    assert.deepEqual([spec['description'], spec['tags']], ['theirs', ['mine']]);
  });

  it('are read-only while kubectl applies them on the client’s side', async () => {
    await world().kubectl(['apply', '-f', '-'], job('by-client'));
    const { json } = await call('GET', '/monitors/by-client');
    assert.match(json.status.ownership.readOnly ?? '', /kubectl-client-side-apply.*--server-side/);
    const edits = [
      await call('PUT', '/monitors/by-client', job('by-client', { tags: ['x'] })),
      await call('POST', '/monitors/by-client/pause'),
      await call('DELETE', '/monitors/by-client'),
    ];
    for (const { status, json: answer } of edits) {
      assert.equal(status, 409);
      assert.match(answer.error.message, /kubectl-client-side-apply.*edit it there/);
    }
    const seen = await world().seen('monitorjob', 'by-client');
    assert.equal(ofManager(seen, DASHBOARD), undefined);
  });

  it('can be edited again once kubectl applies them on the server’s side', async () => {
    await world().kubectl(['apply', '-f', '-'], job('moved'));
    await world().kubectl(['apply', '--server-side', '-f', '-'], job('moved'));
    const answer = await call('PUT', '/monitors/moved', job('moved', { tags: ['x'] }));
    assert.equal(answer.status, 200, answer.text);
  });

  it('are paused and resumed by that one field', async () => {
    await make('pausing', { description: 'kept' });
    const paused = await call('POST', '/monitors/pausing/pause');
    assert.deepEqual([paused.status, paused.json.spec.suspend], [200, true]);
    const { spec, metadata } = await world().seen('monitorjob', 'pausing');
    assert.deepEqual(
      [spec['suspend'], spec['description'], metadata.generation],
      [true, 'kept', 2],
    );
    const resumed = await call('POST', '/monitors/pausing/resume');
    assert.equal(resumed.json.spec.suspend, false);
  });

  it('of kubectl can be paused, which leaves all else to kubectl', async () => {
    await world().kubectl(['apply', '--server-side', '-f', '-'], job('their-pause'));
    assert.equal((await call('POST', '/monitors/their-pause/pause')).status, 200);
    const entry = ofManager(await world().seen('monitorjob', 'their-pause'), DASHBOARD);
    assert.deepEqual(entry?.fieldsV1, { 'f:spec': { 'f:suspend': {} } });
  });

  it('stay paused when kubectl says so', async () => {
    await make('held');
    await kubectlSets('held', { suspend: true });
    assert.deepEqual(refusal(await call('POST', '/monitors/held/resume')), [
      409,
      'conflict',
      isKubectls('spec.suspend'),
    ]);
  });

  it('are run by an annotation, which changes neither spec nor owners of it', async () => {
    await make('running');
    const { status, json } = await call('POST', '/monitors/running/run');
    assert.equal(status, 202);
    const { metadata } = await world().seen('monitorjob', 'running');
    assert.deepEqual(
      [metadata.annotations?.['mon.duckerhub.com/run-requested-at'], metadata.generation],
      [json.runRequestId, 1],
    );
    const again = await call('POST', '/monitors/running/run');
    assert.equal(again.json.runRequestId, json.runRequestId);
    const edited = await call('PUT', '/monitors/running', job('running', { tags: ['x'] }));
    assert.equal(edited.status, 200, edited.text);
    const after = await world().seen('monitorjob', 'running');
    assert.deepEqual(after.metadata.annotations, metadata.annotations);
  });

  it('are copied with what was written, without the defaults', async () => {
    await make('original', { description: 'mine' });
    await kubectlSets('original', { goal: { threshold: 90 } });
    const copy = await call('POST', '/monitors/original/duplicate', { name: 'copy' });
    assert.equal(copy.status, 201, copy.text);
    const { spec, metadata } = await world().seen('monitorjob', 'copy');
    assert.deepEqual([spec['suspend'], spec['description']], [true, 'mine']);
    assert.deepEqual(metadata.managedFields[0]?.fieldsV1, {
      'f:spec': {
        'f:description': {},
        'f:goal': { 'f:prompt': {}, 'f:threshold': {} },
        'f:schedule': { 'f:interval': {} },
        'f:sources': { 'k:{"name":"page"}': { '.': {}, 'f:name': {}, 'f:url': {} } },
        'f:suspend': {},
      },
    });
  });

  it('are replaced only in the version that was read; a status that is written is none', async () => {
    await make('versions');
    const { headers } = await call('GET', '/monitors/versions');
    const ifMatch = { 'if-match': headers.get('etag') ?? '' };
    await world().kubectl([
      'patch',
      'monitorjob',
      'versions',
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({ status: { consecutiveFailures: 1 } }),
    ]);
    const next = job('versions', { tags: ['x'] });
    assert.equal((await call('PUT', '/monitors/versions', next, ifMatch)).status, 200);
    const late = await call('PUT', '/monitors/versions', next, ifMatch);
    assert.deepEqual([late.status, late.json.error.code], [412, 'precondition_failed']);
  });

  it('are not made again when somebody deletes them between reading and writing', async () => {
    await make('deleted');
    const { admin, namespace } = world();
    const place = placeIn(homesIn(undefined)(namespace), 'MonitorJob', 'deleted');
    const kube: Pick<Transport, 'get' | 'apply'> = {
      get: async (...args) => {
        const live = await admin.get(...args);
        await admin.delete(MONITOR_JOBS, place.at);
        return live;
      },
      apply: (...args) => admin.apply(...args),
    };
    const next = job('deleted', { tags: ['x'] });
    await assert.rejects(
      edit(kube, place, () => next, { must: 'exist' }),
      (error) => error instanceof HttpError && error.code === 'not_found',
    );
    assert.equal(await isGone('monitorjob', 'deleted'), true);
  });

  it('are deleted once', async () => {
    await make('gone');
    assert.equal((await call('DELETE', '/monitors/gone')).status, 204);
    assert.equal(await isGone('monitorjob', 'gone'), true);
    assert.equal((await call('DELETE', '/monitors/gone')).status, 404);
    assert.equal((await call('GET', '/monitors/gone')).status, 404);
  });

  it('are refused by the field, and nothing is written', async () => {
    const { status, json } = await call(
      'POST',
      '/monitors',
      job('bad', { schedule: { interval: '5s' } }),
    );
    assert.deepEqual([status, json.error.fields[0].path], [422, 'spec.schedule.interval']);
    assert.equal(await isGone('monitorjob', 'bad'), true);
  });

  for (const [what, changes] of [
    ['a duration that is none', { 'spec.schedule.interval': 'soon' }],
    ['an interval that is too short', { 'spec.schedule.interval': '5s' }],
    ['a number that is too large', { 'spec.alerting.maxPerHour': 1000 }],
    ['a word that is not on the list', { 'spec.sources[0].fetch': 'Magic' }],
    ['a wrong type', { 'spec.suspend': 'yes' }],
    ['a missing field', { 'spec.sources[0].url': undefined }],
    ['user info in a url', { 'spec.sources[0].url': 'https://u:p@example.org/' }],
    ['no goal at all', { 'spec.goal': {} }],
    ['too long a text', { 'spec.description': 'x'.repeat(501) }],
    ['a name twice', { 'spec.sources[1]': { name: 'pricing', url: 'https://example.org/' } }],
  ] as const)
    it(`have the same field named by the API server as by the api, for ${what}`, async () => {
      const manifest = validJob(changes);
      const local = validateManifest(manifest);
      assert.ok(!local.ok);
      const { metadata } = manifest as { metadata: object };
      const placed = { ...manifest, metadata: { ...metadata, namespace: world().namespace } };
      const error = await world()
        .admin.create(MONITOR_JOBS, placed as unknown as MonitorJob)
        .then(
          () => assert.fail('taken'),
          (refused: unknown) => refused,
        );
      const known = toHttpError(error, { kind: 'MonitorJob', namespace: 'n', name: 'plan-prices' });
      assert.ok(known instanceof HttpError && known.code === 'unprocessable', String(known));
      const paths = (problems: readonly { path: string }[]) => problems.map(({ path }) => path);
      assert.deepEqual(paths(known.fields ?? []), paths(local.problems));
      assert.doesNotMatch(known.message, /Invalid value|in body/);
    });

  it('are not written by a dry run', async () => {
    await make('dry');
    const documents = [
      webhook('dry-channel'),
      secret('duckmon-user-dry'),
      job('dry', { tags: ['x'] }),
    ];
    const { json } = await call('POST', '/apply', { documents, dryRun: true });
    assert.deepEqual(
      json.results.map(({ name, action }) => [name, action]),
      [
        ['duckmon-user-dry', 'created'],
        ['dry-channel', 'created'],
        ['dry', 'configured'],
      ],
    );
    assert.equal(await isGone('notificationchannel', 'dry-channel'), true);
    assert.equal(await isGone('secret', 'duckmon-user-dry'), true);
    assert.equal((await world().seen('monitorjob', 'dry')).spec['tags'], undefined);
  });

  it('include channels, with the Secrets that they name', async () => {
    const documents = [secret('duckmon-user-hook'), webhook('ops')];
    const { json } = await call('POST', '/apply', { documents });
    assert.deepEqual(
      json.results.map(({ action }) => action),
      ['created', 'created'],
    );
    const kept = JSON.parse(
      await world().kubectl(['get', 'secret', 'duckmon-user-hook', '-o', 'json']),
    ) as {
      type: string;
      data: Record<string, string>;
    };
    assert.deepEqual([kept.type, kept.data], ['Opaque', { key: btoa('a-secret-value') }]);
    assert.equal((await call('GET', '/channels/ops')).json.metadata.name, 'ops');
    assert.equal((await call('DELETE', '/channels/ops')).status, 204);
    assert.equal((await call('DELETE', '/secrets/duckmon-user-hook')).status, 204);
    assert.equal(await isGone('secret', 'duckmon-user-hook'), true);
    assert.equal((await call('DELETE', '/secrets/duckmon-user-hook')).status, 404);
  });

  it('include no Secret twice: the one that is there stays as it is', async () => {
    await call('POST', '/apply', { documents: [secret('duckmon-user-twice')] });
    const { json } = await call('POST', '/apply', {
      documents: [secret('duckmon-user-twice', 'new')],
    });
    assert.match(json.results[0].problems[0].message, /exists already.*delete it first/);
    const value = await world().kubectl([
      'get',
      'secret',
      'duckmon-user-twice',
      '-o',
      'jsonpath={.data.key}',
    ]);
    assert.equal(value, btoa('a-secret-value'));
  });

  it('E10 include nothing of another namespace', async () => {
    const elsewhere = { ...job('far'), metadata: { name: 'far', namespace: 'default' } };
    const { json } = await call('POST', '/apply', { documents: [elsewhere] });
    assert.deepEqual(json.results[0].problems[0].path, 'metadata.namespace');
    const { api } = world();
    const other = await api.call('POST', '/api/v1/monitors', {
      token: api.tokens.other,
      body: job('far'),
    });
    assert.deepEqual([other.status, other.json.error.code], [403, 'forbidden']);
    assert.doesNotMatch(other.text, /serviceaccount:/);
  });

  it('say which quota refuses them', async () => {
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few' },
      spec: { hard: { 'count/notificationchannels.mon.duckerhub.com': '0' } },
    };
    await world().kubectl(['apply', '-f', '-'], quota);
    const { json } = await call('POST', '/apply', { documents: [webhook('one-more')] });
    assert.match(json.results[0].problems[0].message, /quota: few/);
  });

  it('G9 are written under an account that may do nothing more', async () => {
    const { kubectl, namespace, account } = world();
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      spec: { namespace },
    };
    const asApi = (args: readonly string[], input?: object) =>
      kubectl([...args, `--kubeconfig=${account.kubeconfig}`], input);
    const answer = JSON.parse(
      await asApi(['create', '--validate=false', '-f', '-', '-o', 'json'], review),
    ) as {
      status: { resourceRules: { apiGroups: string[]; resources: string[]; verbs: string[] }[] };
    };
    const mine = answer.status.resourceRules.filter(
      ({ apiGroups }) => !apiGroups.some((group) => /^auth.*\.k8s\.io$/.test(group)),
    );
    assert.deepEqual(mine, API_RULES);
    for (const args of [
      ['get', 'secrets'],
      ['get', 'secret', 'duckmon-user-twice'],
      ['get', 'monitorjobs'],
      ['get', 'pods'],
    ])
      await assert.rejects(asApi(args), /Forbidden/);
  });
});
