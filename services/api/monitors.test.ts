import assert from 'node:assert/strict';
import { job, startTestApi, type Answer, type TestApi } from './testing/api.ts';

describe('the routes of monitors', () => {
  let api: TestApi;

  before(async () => {
    api = await startTestApi();
  });

  after(() => api.stop());

  const call = (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer> =>
    api.call(method, `/api/v1${path}`, {
      token: api.tokens.admin,
      ...(body === undefined ? {} : { body }),
      ...(headers ? { headers } : {}),
    });
  const make = async (name: string, spec?: Record<string, unknown>): Promise<Answer> => {
    const answer = await call('POST', '/monitors', job(name, spec));
    assert.equal(answer.status, 201, answer.text);
    return answer;
  };

  it('create a monitor with every default filled in', async () => {
    const { json } = await make('fresh');
    assert.equal(json.metadata.generation, 1);
    assert.equal(json.spec.alerting.cooldown, '60m');
    assert.equal(json.spec.sources[0].fetch, 'Auto');
  });

  it('check a new monitor at once', async () => {
    const { json } = await make('at-once');
    assert.equal(json.status.nextCheck, api.time.now.toISOString());
  });

  it('wake the scheduler for a new monitor', async () => {
    await make('woken');
    assert.deepEqual(api.sent.at(-1), [
      'POST',
      '/internal/v1/wake',
      { workspace: 'team-a', monitor: 'woken' },
    ]);
  });

  it('create it also when the scheduler does not hear', async () => {
    api.answers.set('/internal/v1/wake', () => {
      throw new Error('down');
    });
    await make('unheard');
    api.answers.delete('/internal/v1/wake');
  });

  it('refuse a name that is taken', async () => {
    await make('taken');
    const answer = await call('POST', '/monitors', job('taken'));
    assert.deepEqual([answer.status, answer.json.error.code], [409, 'conflict']);
  });

  it('refuse an unknown field by its path', async () => {
    const answer = await call('POST', '/monitors', job('unknown', { promt: 'x' }));
    assert.equal(answer.status, 422);
    assert.equal(answer.json.error.fields[0].path, 'spec.promt');
  });

  it('name every wrong field at once', async () => {
    const spec = {
      schedule: { interval: '15m', jitterPercent: 'ten' },
      alerting: { maxPerHour: 1000 },
    };
    const { json } = await call('POST', '/monitors', job('wrong', spec));
    const paths = json.error.fields.map(({ path }: { path: string }) => path);
    assert.deepEqual(paths.toSorted(), ['spec.alerting.maxPerHour', 'spec.schedule.jitterPercent']);
  });

  for (const [what, spec, path] of [
    ['an invalid cron', { schedule: { cron: '61 * * * *' } }, 'spec.schedule.cron'],
    [
      'an unknown time zone',
      { schedule: { cron: '0 9 * * *', timeZone: 'Mars/Base' } },
      'spec.schedule.timeZone',
    ],
    ['an interval below a minute', { schedule: { interval: '30s' } }, 'spec.schedule.interval'],
    [
      'a selector that is no selector',
      { sources: [{ name: 'a', url: 'https://example.org/', select: { include: ['div['] } }] },
      'spec.sources[0].select.include[0]',
    ],
    [
      'a regex that is no regex',
      { sources: [{ name: 'a', url: 'https://example.org/', ignore: { text: ['('] } }] },
      'spec.sources[0].ignore.text[0]',
    ],
    [
      'a url with user info',
      { sources: [{ name: 'a', url: 'https://u:p@example.org/' }] },
      'spec.sources[0].url',
    ],
  ] as const)
    it(`refuse ${what} and name the field`, async () => {
      const answer = await call('POST', '/monitors', job('bad', spec));
      assert.equal(answer.status, 422);
      assert.ok(answer.json.error.message.includes(path), answer.json.error.message);
    });

  it('save nothing of a refused monitor', async () => {
    await call('POST', '/monitors', job('nothing', { unknown: 1 }));
    assert.equal((await call('GET', '/monitors/nothing')).status, 404);
  });

  it('read a monitor with its version as ETag', async () => {
    await make('etag');
    const { headers, json } = await call('GET', '/monitors/etag');
    assert.equal(headers.get('etag'), `"${json.metadata.resourceVersion}"`);
  });

  it('replace a monitor when the version matches', async () => {
    await make('replace');
    const { headers } = await call('GET', '/monitors/replace');
    const next = job('replace', { description: 'other' });
    const answer = await call('PUT', '/monitors/replace', next, {
      'if-match': headers.get('etag') ?? '',
    });
    assert.deepEqual(
      [answer.status, answer.json.spec.description, answer.json.metadata.generation],
      [200, 'other', 2],
    );
  });

  it('refuse a replacement of a version that is gone', async () => {
    await make('stale');
    const answer = await call('PUT', '/monitors/stale', job('stale', { description: 'x' }), {
      'if-match': '"999"',
    });
    assert.deepEqual([answer.status, answer.json.error.code], [412, 'precondition_failed']);
  });

  it('refuse an If-Match that is no ETag', async () => {
    await make('no-etag');
    assert.equal(
      (await call('PUT', '/monitors/no-etag', job('no-etag'), { 'if-match': 'W/x' })).status,
      400,
    );
  });

  it('refuse another name in the body than in the path', async () => {
    await make('path');
    const answer = await call('PUT', '/monitors/path', job('body'));
    assert.match(answer.json.error.message, /metadata\.name/);
  });

  it('leave the generation alone when nothing changed', async () => {
    await make('same');
    const { json } = await call('PUT', '/monitors/same', job('same'));
    assert.equal(json.metadata.generation, 1);
  });

  it('delete a monitor once', async () => {
    await make('gone');
    assert.equal((await call('DELETE', '/monitors/gone')).status, 204);
    assert.equal((await call('GET', '/monitors/gone')).status, 404);
    assert.equal((await call('DELETE', '/monitors/gone')).status, 404);
  });

  it('pause and resume', async () => {
    await make('pausing');
    const paused = await call('POST', '/monitors/pausing/pause');
    assert.equal(paused.json.spec.suspend, true);
    assert.equal(paused.json.status.nextCheck, undefined);
    const resumed = await call('POST', '/monitors/pausing/resume', {});
    assert.equal(resumed.json.spec.suspend, false);
    assert.ok(resumed.json.status.nextCheck);
  });

  it('copy a monitor under another name, paused', async () => {
    await make('original', { description: 'mine' });
    const copy = await call('POST', '/monitors/original/duplicate', { name: 'copy' });
    assert.deepEqual(
      [copy.status, copy.json.spec.description, copy.json.spec.suspend],
      [201, 'mine', true],
    );
  });

  it('ask for a run and say its id', async () => {
    await make('running');
    const { status, json } = await call('POST', '/monitors/running/run');
    assert.equal(status, 202);
    assert.match(json.runRequestId, /^[0-9a-f-]{36}$/);
  });

  it('share a run that nobody took up yet', async () => {
    await make('shared');
    const first = await call('POST', '/monitors/shared/run');
    const second = await call('POST', '/monitors/shared/run');
    assert.equal(second.json.runRequestId, first.json.runRequestId);
  });

  it('refuse to run a paused monitor', async () => {
    await make('paused', { suspend: true });
    const answer = await call('POST', '/monitors/paused/run');
    assert.deepEqual(
      [answer.status, /resume it first/.test(answer.json.error.message)],
      [422, true],
    );
  });

  it('carry a creation with an Idempotency-Key out once', async () => {
    const headers = { 'idempotency-key': 'create-once' };
    const first = await call('POST', '/monitors', job('once'), headers);
    const second = await call('POST', '/monitors', job('once'), headers);
    assert.deepEqual([first.status, second.status], [201, 201]);
    assert.equal(second.headers.get('idempotent-replay'), 'true');
    assert.deepEqual(second.json.metadata.uid, first.json.metadata.uid);
  });

  it('refuse an Idempotency-Key that was used for another request', async () => {
    const headers = { 'idempotency-key': 'one-key' };
    await call('POST', '/monitors', job('key-a'), headers);
    assert.equal((await call('POST', '/monitors', job('key-b'), headers)).status, 422);
  });

  it('forget an Idempotency-Key after a day', async () => {
    const headers = { 'idempotency-key': 'of-yesterday' };
    await call('POST', '/monitors', job('yesterday'), headers);
    const noon = api.time.now;
    api.time.now = new Date(noon.getTime() + 24 * 3_600_000 + 1);
    const other = await call('POST', '/monitors', job('today'), headers);
    api.time.now = noon;
    assert.equal(other.status, 201);
  });

  it('let a refused creation be repeated with the same key', async () => {
    const headers = { 'idempotency-key': 'mended' };
    assert.equal((await call('POST', '/monitors', job('mended', { x: 1 }), headers)).status, 422);
    assert.equal((await call('POST', '/monitors', job('mended', { x: 1 }), headers)).status, 422);
  });

  it('page through the monitors by name without gap or repeat', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { json }: Answer = await call(
        'GET',
        `/monitors?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...json.items.map((item: { metadata: { name: string } }) => item.metadata.name));
      cursor = json.nextCursor;
    }
    assert.deepEqual(seen, [...new Set(seen)].toSorted());
    assert.ok(seen.length > 10);
  });

  it('refuse a cursor that was made up', async () => {
    assert.equal((await call('GET', '/monitors?cursor=abc')).status, 422);
  });

  it('refuse an unknown query parameter and a repeated one', async () => {
    assert.equal((await call('GET', '/monitors?limt=3')).status, 400);
    assert.equal((await call('GET', '/monitors?limit=3&limit=4')).status, 400);
  });

  it('hand a preview to the scheduler with defaults filled in, and save nothing', async () => {
    const result = {
      sources: [],
      conditions: [],
      verdict: null,
      tokensIn: 0,
      tokensOut: 0,
      costUsd: null,
    };
    api.answers.set('/internal/v1/preview', () => result);
    const answer = await call('POST', '/preview', { manifest: job('tried') });
    assert.deepEqual(answer.json, result);
    const [, , body] = api.sent.at(-1) as [
      string,
      string,
      { spec: { goal: { threshold: number } }; judge: boolean; picture: boolean },
    ];
    assert.deepEqual([body.spec.goal.threshold, body.judge, body.picture], [75, false, false]);
    assert.equal((await call('GET', '/monitors/tried')).status, 404);
  });

  it('refuse a preview of what is not valid, by its field', async () => {
    const { status, json } = await call('POST', '/preview', {
      manifest: job('tried', { schedule: {} }),
    });
    assert.deepEqual([status, json.error.code], [422, 'unprocessable']);
  });

  it('show an empty funnel before the first check', async () => {
    await make('new-funnel');
    const { json } = await call('GET', '/monitors/new-funnel/funnel');
    assert.deepEqual(
      [json.checks, json.last, json.stages[0]],
      [0, [], { stage: 'fetched', reached: 0, stopped: [] }],
    );
  });

  it('say what a missing channel means, as a condition', async () => {
    const { json } = await make('dangling', { alerting: { channelRefs: [{ name: 'nowhere' }] } });
    const ready = json.status.conditions.find(({ type }: { type: string }) => type === 'Ready');
    assert.deepEqual([ready.status, ready.reason], ['False', 'ChannelNotFound']);
    assert.match(ready.message, /nowhere/);
  });

  it('are found by words, tag and state, in an order, and counted', async () => {
    await make('found-1', { tags: ['found'], description: 'A quokka' });
    await make('found-2', { tags: ['found'], suspend: true });
    const names = async (query: string): Promise<string[]> => {
      const { json } = await call('GET', `/monitors?${query}`);
      return json.items.map(({ metadata }) => metadata.name);
    };
    assert.deepEqual(await names('search=QUOKKA'), ['found-1']);
    assert.deepEqual(await names('tag=found&sort=nextCheck'), ['found-1', 'found-2']);
    assert.deepEqual(await names('tag=found&state=paused'), ['found-2']);
    const { text } = await call('GET', '/monitors?tag=found&counts=true');
    const { counts } = JSON.parse(text) as { counts: unknown };
    assert.deepEqual(counts, { all: 2, watching: 1, failing: 0, paused: 1, findings: 0 });
    assert.equal((await call('GET', '/monitors?state=asleep')).status, 400);
  });
});
