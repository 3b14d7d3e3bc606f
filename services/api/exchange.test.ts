import assert from 'node:assert/strict';
import { backup, keyword, watch, watches } from '../core/import/testing/files.ts';
import { job, startTestApi, webhook, type Answer, type TestApi } from './testing/api.ts';

interface Imported {
  readonly name: string;
  readonly state: string;
  readonly notes: readonly { readonly field: string }[];
  readonly problems: readonly { readonly path: string }[];
}
interface Report {
  readonly from: string;
  readonly objects: readonly Imported[];
  readonly skipped: readonly { readonly label: string }[];
}

describe('monitors of other programs', () => {
  let api: TestApi;

  beforeEach(async () => {
    api = await startTestApi();
  });

  afterEach(() => api.stop());

  const ask = (body: object, token = api.tokens.write): Promise<Answer> =>
    api.call('POST', '/api/v1/imports', { token, body });
  const report = async (body: object): Promise<Report> => {
    const answer = await ask(body);
    assert.equal(answer.status, 200, answer.text);
    return JSON.parse(answer.text) as Report;
  };
  const states = ({ objects }: Report) =>
    Object.fromEntries(objects.map(({ name, state }) => [name, state]));
  const names = async (): Promise<string[]> => {
    const { json } = await api.call('GET', '/api/v1/monitors', { token: api.tokens.read });
    return json.items.map((item) => (item as { metadata: { name: string } }).metadata.name);
  };
  const kuma = backup(
    keyword({ name: 'a' }),
    keyword({ name: 'b' }),
    keyword({ type: 'ping', name: 'c' }),
  );

  it('are shown first, with what stays behind, and none is created', async () => {
    const shown = await report({ text: kuma, fileName: 'kuma.json' });
    assert.equal(shown.from, 'uptimeKuma');
    assert.deepEqual(states(shown), { a: 'new', b: 'new' });
    assert.deepEqual(
      shown.objects[0]?.notes.map(({ field }) => field),
      ['keyword'],
    );
    assert.deepEqual(
      shown.skipped.map(({ label }) => label),
      ['c'],
    );
    assert.deepEqual(await names(), []);
  });

  it('are created when they are named, and no others', async () => {
    assert.deepEqual(states(await report({ text: kuma, create: ['b'] })), {
      a: 'new',
      b: 'created',
    });
    assert.deepEqual(await names(), ['b']);
  });

  it('leave a monitor alone that has the name already', async () => {
    const token = api.tokens.write;
    await api.call('POST', '/api/v1/monitors', { token, body: job('a', { description: 'mine' }) });
    assert.deepEqual(states(await report({ text: kuma, create: ['a', 'b'] })), {
      a: 'taken',
      b: 'created',
    });
    const { json } = await api.call('GET', '/api/v1/monitors/a', { token });
    assert.equal((json.spec as { description?: string }).description, 'mine');
  });

  it('leave a row in the audit for each that was created', async () => {
    await report({ text: kuma, create: ['a'] });
    const { rows } = await api.db
      .pool('mon_backup')
      .query<{ subject: string }>("SELECT subject FROM audit WHERE action = 'apply created'");
    assert.deepEqual(rows, [{ subject: 'MonitorJob/a' }]);
  });

  it('are refused with what to do when the file is of no program that is known', async () => {
    const answer = await ask({ text: '{"a": 1}', fileName: 'x.json' });
    assert.equal(answer.status, 422);
    assert.match(answer.json.error.message, /^x\.json: is of no program that is known here/);
  });

  it('are for whoever may write', async () => {
    assert.equal((await ask({ text: kuma }, api.tokens.read)).status, 403);
  });

  it('E9 bring no password along', async () => {
    const text = watches(
      watch({ headers: { Authorization: 'hunter2' }, url: 'https://a:hunter3@b.example/' }),
    );
    const answer = await ask({ text, create: ['duck-price'] });
    assert.ok(!answer.text.includes('hunter'));
    const { text: stored } = await api.call('GET', '/api/v1/monitors/duck-price', {
      token: api.tokens.read,
    });
    assert.ok(stored.includes('b.example') && !stored.includes('hunter'));
    assert.ok(!api.lines.join('\n').includes('hunter'));
  });
});

describe('all objects of a workspace as manifests', () => {
  let api: TestApi;

  beforeEach(async () => {
    api = await startTestApi();
  });

  afterEach(() => api.stop());

  const specs = async (token: string, kind: 'monitors' | 'channels') => {
    const { json } = await api.call('GET', `/api/v1/${kind}`, { token });
    return json.items.map((item) => {
      const { metadata, spec } = item as {
        metadata: { name: string; labels?: object };
        spec: object;
      };
      return { name: metadata.name, labels: metadata.labels, spec };
    });
  };

  it('make the same specs again in another workspace', async () => {
    const { admin, other } = api.tokens;
    const labelled = { ...job('b'), metadata: { name: 'b', labels: { team: 'x' } } };
    const documents = [
      webhook('hook'),
      job('a', {
        description: 'a: "quoted"\n# and no comment',
        schedule: { cron: '30 8 * * 1-5', timeZone: 'Europe/Berlin' },
        alerting: { channelRefs: [{ name: 'hook' }] },
        conditions: [
          { name: 'c', then: 'Alert', number: { select: '.price', op: 'Lt', value: '50' } },
        ],
      }),
      labelled,
    ];
    await api.call('POST', '/api/v1/apply', { token: admin, body: { documents } });
    const exported = await api.call('GET', '/api/v1/manifests', { token: admin });
    assert.equal(exported.status, 200);
    assert.equal(exported.headers.get('content-type'), 'application/yaml; charset=utf-8');
    assert.match(
      exported.headers.get('content-disposition') ?? '',
      /filename="duckmon-manifests-team-a-2026-03-01\.yaml"/,
    );
    const body = { text: exported.text, fileName: 'manifests.yaml', create: ['hook', 'a', 'b'] };
    const answer = await api.call('POST', '/api/v1/imports', { token: other, body });
    const { objects, skipped } = JSON.parse(answer.text) as Report;
    assert.deepEqual(skipped, []);
    assert.deepEqual(
      objects.map(({ state }) => state),
      ['created', 'created', 'created'],
    );
    for (const kind of ['monitors', 'channels'] as const)
      assert.deepEqual(await specs(other, kind), await specs(admin, kind));
    const again = await api.call('GET', '/api/v1/manifests', { token: other });
    assert.equal(again.text, exported.text);
  });

  it('E1 have nothing of another workspace', async () => {
    const { admin, other } = api.tokens;
    await api.call('POST', '/api/v1/monitors', { token: admin, body: job('private') });
    assert.equal((await api.call('GET', '/api/v1/manifests', { token: other })).text, '');
  });
});
