import assert from 'node:assert/strict';
import { putBlob } from '../store/blobs.ts';
import {
  seedAlert,
  seedCheck,
  seedDelivery,
  seedFinding,
  seedSnapshot,
  seedVerdict,
} from '../store/testing/rows.ts';
import { withWorkspace, type Tx } from '../store/workspace.ts';
import { startTestApi, type Answer, type TestApi } from './testing/api.ts';

describe('what happened, as the api shows it', () => {
  let api: TestApi;

  before(async () => {
    api = await startTestApi();
    api.time.now = new Date('2026-03-10T13:00:00Z');
    await api.db.ensureDays('2026-03-10');
  });

  after(() => api.stop());

  const seed = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
    withWorkspace(api.db.pool('duckmon_owner'), 'team-a', work);
  const get = (path: string, token = api.tokens.read): Promise<Answer> =>
    api.call('GET', `/api/v1${path}`, { token });
  const post = (path: string, body: unknown = {}): Promise<Answer> =>
    api.call('POST', `/api/v1${path}`, { token: api.tokens.write, body });

  describe('a finding', () => {
    it('is acknowledged, snoozed, resolved and reopened', async () => {
      const id = await seed((tx) => seedFinding(tx));
      const states = [];
      for (const verb of ['acknowledge', 'snooze', 'resolve', 'reopen'])
        states.push((await post(`/findings/${id}/${verb}`)).json.state);
      assert.deepEqual(states, ['acknowledged', 'snoozed', 'resolved', 'open']);
      const { json } = await get(`/findings/${id}`);
      assert.deepEqual(
        json.events.map(({ kind }: { kind: string }) => kind),
        ['acknowledge', 'snooze', 'resolve', 'reopen'],
      );
    });

    it('is snoozed for a day unless another time is said', async () => {
      const id = await seed((tx) => seedFinding(tx));
      assert.equal(
        (await post(`/findings/${id}/snooze`)).json.snoozedUntil,
        '2026-03-11T13:00:00.000Z',
      );
      assert.equal(
        (await post(`/findings/${id}/snooze`, { for: '2h' })).json.snoozedUntil,
        '2026-03-10T15:00:00.000Z',
      );
      const until = '2026-03-20T00:00:00.000Z';
      assert.equal((await post(`/findings/${id}/snooze`, { until })).json.snoozedUntil, until);
    });

    for (const [what, body, message] of [
      ['a time that is over', { until: '2026-03-01T00:00:00Z' }, /future/],
      ['more than 90 days', { for: '2400h' }, /at most 90 days/],
      ['what is no duration', { for: 'a while' }, /for: must be a duration/],
    ] as const)
      it(`is not snoozed for ${what}`, async () => {
        const id = await seed((tx) => seedFinding(tx));
        const answer = await post(`/findings/${id}/snooze`, body);
        assert.equal(answer.status, 422);
        assert.match(answer.json.error.message, message);
      });

    it('is listed by state, monitor and severity', async () => {
      await seed((tx) => seedFinding(tx, { monitor: 'listed', severity: 'critical' }));
      await seed((tx) => seedFinding(tx, { monitor: 'listed', state: 'resolved' }));
      const count = async (query: string): Promise<number> =>
        (await get(`/findings?monitor=listed${query}`)).json.items.length;
      assert.deepEqual(
        [await count(''), await count('&state=open'), await count('&severity=info')],
        [2, 1, 1],
      );
    });

    it('E1 of another workspace is not found', async () => {
      const id = await seed((tx) => seedFinding(tx));
      assert.equal((await get(`/findings/${id}`, api.tokens.other)).status, 404);
    });

    it('has an id that is a uuid, or is refused as a bad request', async () => {
      assert.equal((await get("/findings/1'--")).status, 400);
    });
  });

  describe('the link in a message', () => {
    it('defect: acknowledge by GET changes nothing, for mail scanners follow links', async () => {
      const id = await seed((tx) => seedFinding(tx));
      const token = await api.oneTimeToken('acknowledge', id);
      const followed = await api.call('GET', `/api/v1/acknowledge?token=${token}`);
      assert.equal(followed.status, 404);
      assert.equal((await get(`/findings/${id}`)).json.state, 'open');
      const done = await api.call('POST', '/api/v1/acknowledge', { body: { token } });
      assert.deepEqual(done.json, { title: 'Price fell', state: 'acknowledged' });
    });

    it('works once, and for its purpose alone', async () => {
      const id = await seed((tx) => seedFinding(tx));
      const token = await api.oneTimeToken('acknowledge', id);
      const signIn = await api.oneTimeToken('sign-in', id);
      const use = async (secret: string): Promise<number> =>
        (await api.call('POST', '/api/v1/acknowledge', { body: { token: secret } })).status;
      assert.deepEqual([await use(token), await use(token), await use(signIn)], [200, 404, 404]);
    });

    it('is not shown in the list of alerts', async () => {
      const findingId = await seed((tx) => seedFinding(tx));
      const message = JSON.stringify({
        title: 'Price fell',
        acknowledgeLink: 'http://x/acknowledge?token=secret',
      });
      await seed((tx) => seedAlert(tx, { finding_id: findingId, message }));
      const { json, text } = await get(`/alerts?findingId=${findingId}`);
      assert.equal(json.items[0].message.title, 'Price fell');
      assert.ok(!text.includes('secret'));
    });
  });

  it('defect: JWT in a WebSocket query string — no credential is taken from a query', async () => {
    for (const name of ['token', 'access_token', 'jwt'])
      assert.equal(
        (await api.call('GET', `/api/v1/events?${name}=${api.tokens.admin}`)).status,
        401,
      );
  });

  describe('a delivery', () => {
    it('is listed by the check whose alert it carries', async () => {
      const checkId = '01a00000-0000-7000-8000-000000000001';
      await seed(async (tx) => {
        const told = await seedAlert(tx, { message: JSON.stringify({ checkId }) });
        await seedDelivery(tx, { alert_id: told, channel: 'ops' });
        await seedDelivery(tx, { alert_id: await seedAlert(tx), channel: 'other' });
      });
      const { json } = await get(`/deliveries?checkId=${checkId}`);
      assert.deepEqual(
        json.items.map(({ channel }: { channel: string }) => channel),
        ['ops'],
      );
    });

    it('that is dead is sent again, one that arrived is not', async () => {
      const [dead, arrived] = await seed(async (tx) => [
        await seedDelivery(tx, { alert_id: await seedAlert(tx) }),
        await seedDelivery(tx, { alert_id: await seedAlert(tx), state: 'delivered' }),
      ]);
      const again = await post(`/deliveries/${dead}/resend`);
      assert.deepEqual([again.json.state, again.json.attempts], ['pending', 0]);
      assert.equal((await post(`/deliveries/${arrived}/resend`)).status, 422);
    });
  });

  describe('a check', () => {
    it('shows its verdict, the change that was judged, and its own snapshots', async () => {
      const checkId = '01a00000-0000-7000-8000-000000000002';
      const hunks = [{ id: 'h1', kind: 'changed', before: '40', after: '54' }];
      await seed(async (tx) => {
        const verdictId = await seedVerdict(tx, {
          check_id: checkId,
          change: JSON.stringify({ page: hunks }),
          suppressed: 'noMatch',
        });
        await seedCheck(tx, {
          id: checkId,
          verdict_id: verdictId,
          verdict: 'no_match',
          reason: 'noMatch',
        });
        await seedSnapshot(tx, { check_id: checkId, screenshot_blob: 'x' });
        await seedSnapshot(tx);
      });
      const { json } = await get(`/checks/${checkId}`);
      assert.deepEqual(json.judgement.change, [{ source: 'page', hunks }]);
      assert.equal(json.judgement.suppressed, 'noMatch');
      assert.deepEqual(
        json.snapshots.map(({ hasScreenshot }: { hasScreenshot: boolean }) => hasScreenshot),
        [true],
      );
    });

    it('is found by the run that it answers', async () => {
      await seed((tx) => seedCheck(tx, { monitor: 'runs', run_request_id: 'r1' }));
      await seed((tx) => seedCheck(tx, { monitor: 'runs' }));
      const { json } = await get('/checks?monitor=runs&runRequestId=r1');
      assert.deepEqual(
        json.items.map(({ runRequestId }: { runRequestId: string }) => runRequestId),
        ['r1'],
      );
      assert.deepEqual((await get('/checks?monitor=runs&runRequestId=r2')).json.items, []);
    });

    it('is counted in the funnel of its monitor', async () => {
      await api.call('POST', '/api/v1/monitors', {
        token: api.tokens.write,
        body: {
          apiVersion: 'mon.duckerhub.com/v1alpha1',
          kind: 'MonitorJob',
          metadata: { name: 'counted' },
          spec: {
            sources: [{ name: 'page', url: 'https://example.org/' }],
            schedule: { interval: '1h' },
            goal: { prompt: 'x' },
          },
        },
      });
      await seed(async (tx) => {
        await seedCheck(tx, { monitor: 'counted', stage: 'valid', reason: 'sameText' });
        const told = await seedCheck(tx, {
          monitor: 'counted',
          stage: 'alerted',
          outcome: 'Alerted',
        });
        const alertId = await seedAlert(tx, {
          monitor: 'counted',
          message: JSON.stringify({ checkId: told }),
        });
        await seedDelivery(tx, { alert_id: alertId, monitor: 'counted', state: 'accepted' });
      });
      const { json } = await get('/monitors/counted/funnel');
      const reached = Object.fromEntries(
        json.stages.map((stage: { stage: string; reached: number }) => [
          stage.stage,
          stage.reached,
        ]),
      );
      assert.deepEqual(
        [json.checks, reached['valid'], reached['alerted'], reached['delivered']],
        [2, 2, 1, 1],
      );
    });
  });

  describe('a verdict', () => {
    it('that told nobody is kept and listed', async () => {
      await seed((tx) => seedVerdict(tx, { monitor: 'silent', suppressed: 'noMatch' }));
      await seed((tx) => seedVerdict(tx, { monitor: 'silent' }));
      const all = await get('/verdicts?monitor=silent');
      const silent = await get('/verdicts?monitor=silent&suppressed=true');
      assert.deepEqual([all.json.items.length, silent.json.items.length], [2, 1]);
      const one = await get(`/verdicts/${silent.json.items[0].id}`);
      assert.equal(one.json.judgement.suppressed, 'noMatch');
    });

    it('is listed with what people said of it', async () => {
      const id = await seed((tx) => seedVerdict(tx, { monitor: 'rated', suppressed: 'noMatch' }));
      await seed((tx) => seedVerdict(tx, { monitor: 'rated', suppressed: 'noMatch' }));
      const body = { rating: 'down', why: 'this one mattered' };
      const token = api.tokens.admin;
      assert.equal(
        (await api.call('PUT', `/api/v1/verdicts/${id}/feedback`, { token, body })).status,
        200,
      );
      const { json } = await api.call('GET', '/api/v1/verdicts?monitor=rated', { token });
      const said = new Map(json.items.map((each) => [each.id, Reflect.get(each, 'feedback')]));
      const at = api.time.now.toISOString();
      assert.deepEqual(said.get(id), { up: 0, down: 1, own: { ...body, at } });
      said.delete(id);
      assert.deepEqual([...said.values()], [{ up: 0, down: 0, own: null }]);
    });
  });

  describe('the text of a snapshot', () => {
    const page = '<script>alert(1)</script> Price 40';
    let id: string;

    before(async () => {
      id = await seed(async (tx) => {
        const content = Buffer.from(page);
        const keepUntil = new Date('2027-01-01T00:00:00Z');
        const hash = await putBlob(
          tx,
          'team-a',
          { content, mediaType: 'text/plain', keepUntil },
          api.time.now,
        );
        return seedSnapshot(tx, { text_blob: hash });
      });
    });

    it('E17 is served as text in a sandbox, whatever it says', async () => {
      const answer = await get(`/snapshots/${id}/text`);
      assert.equal(answer.text, page);
      assert.equal(answer.headers.get('content-type'), 'text/plain; charset=utf-8');
      assert.equal(
        answer.headers.get('content-security-policy'),
        "default-src 'none'; frame-ancestors 'none'; sandbox",
      );
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    });

    it('E17 is not found by another workspace', async () => {
      assert.equal((await get(`/snapshots/${id}/text`, api.tokens.other)).status, 404);
    });

    it('has no screenshot where none was taken', async () => {
      assert.equal((await get(`/snapshots/${id}/screenshot`)).status, 404);
    });
  });

  it('shows the last checks of several monitors, and no others', async () => {
    for (const monitor of ['beat-1', 'beat-2', 'beat-3'])
      await seed((tx) => seedCheck(tx, { monitor, outcome: 'Changed' }));
    const { status, json } = await get('/last-checks?monitors=beat-1,beat-3');
    assert.equal(status, 200);
    const seen = json.items as unknown as { monitor: string; outcome: string }[];
    assert.deepEqual(
      seen.map(({ monitor, outcome }) => [monitor, outcome]),
      [
        ['beat-1', 'Changed'],
        ['beat-3', 'Changed'],
      ],
    );
    const { json: foreign } = await get('/last-checks?monitors=beat-1', api.tokens.other);
    assert.deepEqual(foreign.items, []);
  });

  it('leaves out the checks that saw nothing new on request', async () => {
    await seed((tx) => seedCheck(tx, { monitor: 'quiet' }));
    const failed = await seed((tx) => seedCheck(tx, { monitor: 'quiet', outcome: 'Failed' }));
    const { json } = await get('/checks?monitor=quiet&eventful=true');
    assert.deepEqual(
      json.items.map(({ id }) => id),
      [failed],
    );
  });
});
