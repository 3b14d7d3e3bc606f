/** Personal workspaces of a real cluster: many people in one namespace, each with their own alone. */
import assert from 'node:assert/strict';
import { job, secret, webhook } from '../testing/api.ts';
import { usePeopleWorld, type PeopleWorld, type SignedIn } from './testing/people.ts';

type Person = Awaited<ReturnType<PeopleWorld['signInWithOwn']>>;

/** A webhook that signs with the key of this Secret. */
function signedBy(name: string, secretName: string): Record<string, unknown> {
  const channel = structuredClone(webhook(name)) as { spec: { webhook: { signing: object } } };
  Object.assign(channel.spec.webhook.signing, { secretRef: { name: secretName, key: 'key' } });
  return { ...channel };
}

describe('personal workspaces of a cluster', function () {
  this.timeout(60_000);
  const world = usePeopleWorld();
  let ann: Person;
  let bob: Person;

  before(async () => {
    ann = await world().signInWithOwn('ann@own.example');
    bob = await world().signInWithOwn('bob@own.example');
  });

  const kubectl = (...args: string[]): Promise<string> =>
    world().cluster.kubectl([...args, '-n', world().users]);
  const problemsOf = async (who: SignedIn, document: object) => {
    const { json, text } = await who.call('POST', '/apply', { documents: [document] });
    assert.equal(json.results[0].action, 'refused', text);
    return json.results[0].problems;
  };

  it('come first, and need no right in Kubernetes', async () => {
    const { json } = await ann.call('GET', '/workspaces');
    assert.match(ann.own, /^u-[0-9a-f]{16}$/);
    assert.deepEqual(json.items, [
      { id: ann.own, displayName: 'ann@own.example', kind: 'personal', role: 'owner' },
    ]);
    assert.equal((await ann.call('GET', '/me')).json.workspace, ann.own);
  });

  it('have objects that are called after the workspace, labelled, and shown as they were sent', async () => {
    const { status, json, text } = await ann.call('POST', '/monitors', {
      ...job('shop'),
      metadata: { name: 'shop', labels: { team: 'x', 'mon.duckerhub.com/workspace': bob.own } },
    });
    assert.equal(status, 201, text);
    const { name, namespace, labels } = json.metadata as unknown as Record<string, unknown>;
    assert.deepEqual([name, namespace, labels], ['shop', ann.own, { team: 'x' }]);
    const seen = await kubectl('get', 'monitorjob', `${ann.own}-shop`, '-o', 'json');
    assert.deepEqual((JSON.parse(seen) as { metadata: { labels: object } }).metadata.labels, {
      team: 'x',
      'mon.duckerhub.com/workspace': ann.own,
    });
  });

  it('keep their label through every kind of edit', async () => {
    await ann.call('POST', '/monitors', job('edited'));
    const edits = [
      await ann.call('PUT', '/monitors/edited', {
        ...job('edited'),
        metadata: { name: 'edited', labels: {} },
      }),
      await ann.call('POST', '/monitors/edited/pause', {}),
      await ann.call('POST', '/apply', { documents: [job('edited', { tags: ['x'] })] }),
      await ann.call('POST', '/monitors/edited/resume', {}),
      await ann.call('POST', '/monitors/edited/run', {}),
    ];
    assert.deepEqual(
      edits.map(({ status }) => status),
      [200, 200, 200, 200, 202],
    );
    const copied = await ann.call('POST', '/monitors/edited/duplicate', { name: 'copied' });
    assert.equal(copied.status, 201, copied.text);
    const label = 'jsonpath={.metadata.labels.mon\\.duckerhub\\.com/workspace}';
    for (const name of ['edited', 'copied'])
      assert.equal(await kubectl('get', 'monitorjob', `${ann.own}-${name}`, '-o', label), ann.own);
    assert.equal((await ann.call('DELETE', '/monitors/edited')).status, 204);
    assert.equal((await ann.call('GET', '/monitors/edited')).status, 404);
  });

  it('E1 of others are not found, nor is anything in them', async () => {
    await ann.call('POST', '/monitors', job('private'));
    assert.equal((await bob.call('GET', '/monitors', undefined, ann.own)).status, 404);
    for (const [method, path, body] of [
      ['GET', '/monitors/private', undefined],
      ['PUT', '/monitors/private', job('private')],
      ['POST', '/monitors/private/pause', {}],
      ['DELETE', '/monitors/private', undefined],
    ] as const)
      assert.equal((await bob.call(method, path, body)).status, 404, path);
    for (const name of [`${ann.own}-private`, `x-${ann.own}-private`])
      assert.equal((await bob.call('GET', `/monitors/${name}`)).status, 404);
  });

  it('E6 may use the same name, each its own', async () => {
    for (const who of [ann, bob])
      assert.equal((await who.call('POST', '/monitors', job('same'))).status, 201);
    assert.equal((await bob.call('DELETE', '/monitors/same')).status, 204);
    assert.equal((await ann.call('GET', '/monitors/same')).status, 200);
  });

  it('E10 name no Secret of another, and none of nobody’s', async () => {
    const own = `duckmon-user-${ann.own}-hook`;
    const made = await ann.call('POST', '/apply', {
      documents: [secret(own), signedBy('ops', own)],
    });
    assert.deepEqual(
      made.json.results.map(({ action }) => action),
      ['created', 'created'],
      made.text,
    );
    for (const stolen of [own, 'duckmon-user-hook', 'duckmon-mail', `duckmon-user-${ann.own}`])
      assert.deepEqual(await problemsOf(bob, signedBy('ops', stolen)), [
        {
          path: 'spec.webhook.signing.secretRef.name',
          message: `must begin with duckmon-user-${bob.own}- or duckmon-login-${bob.own}-, as the Secrets of this workspace do`,
        },
      ]);
    assert.match(
      (await problemsOf(bob, secret(own)))[0].message,
      /must begin with duckmon-user-u-/,
    );
    assert.equal((await bob.call('DELETE', `/secrets/${own}`)).status, 422);
    await kubectl('get', 'secret', own);
  });

  it('E10 read no ConfigMap: the namespace is shared', async () => {
    const goal = { promptFrom: { configMapKeyRef: { name: 'goals', key: 'one' } } };
    const [problem] = await problemsOf(ann, job('leak', { goal }));
    assert.equal(problem.path, 'spec.goal.promptFrom');
  });

  it('leave an object alone that has the name without the label', async () => {
    const { cluster, users } = world();
    const manifest = { ...job(''), metadata: { name: `${ann.own}-strange`, namespace: users } };
    await cluster.kubectl(['apply', '-f', '-'], JSON.stringify(manifest));
    for (const [method, path, body] of [
      ['GET', '/monitors/strange', undefined],
      ['POST', '/monitors', job('strange')],
      ['DELETE', '/monitors/strange', undefined],
    ] as const)
      assert.equal((await ann.call(method, path, body)).status, 409, method);
  });

  it('say how long a name may be', async () => {
    assert.equal((await ann.call('POST', '/monitors', job('a'.repeat(44)))).status, 201);
    const { status, json } = await ann.call('POST', '/monitors', job('a'.repeat(45)));
    assert.deepEqual(
      [status, json.error.fields[0]],
      [
        422,
        {
          path: 'metadata.name',
          message: 'must have at most 44 characters in a personal workspace',
        },
      ],
    );
  });

  it('open to the tokens of their members', async () => {
    const made = await ann.call('POST', '/tokens', { name: 't', scope: 'write' });
    const { secret: token } = made.json as unknown as { secret: string };
    const { api } = world();
    const body = job('by-token');
    assert.equal((await api.call('POST', '/api/v1/monitors', { token, body })).status, 201);
    await api.db.pool('postgres').query('DELETE FROM memberships WHERE user_id = $1', [ann.userId]);
    assert.equal((await api.call('GET', '/api/v1/monitors', { token })).status, 401);
    assert.equal((await ann.call('GET', '/monitors', undefined, ann.own)).status, 404);
  });
});
