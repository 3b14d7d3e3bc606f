import assert from 'node:assert/strict';
import { job, startTestApi, type TestApi } from './testing/api.ts';

/** What proxies and probes send, and what a stranger may send as well. */
const SPOOFED: Readonly<Record<string, string>> = {
  'x-forwarded-for': '10.0.0.1',
  forwarded: 'for=10.0.0.1;host=127.0.0.1:3000;proto=https',
  'x-real-ip': '10.0.0.1',
  'x-forwarded-uri': '/api/v1/openapi.json',
  'x-original-url': '/api/v1/openapi.json',
  'x-rewrite-url': '/api/v1/openapi.json',
  'x-forwarded-method': 'GET',
  'x-http-method-override': 'GET',
  'x-forwarded-host': '127.0.0.1:3000',
  'x-forwarded-user': 'owner of team-a',
  'x-forwarded-email': 'owner@team-a.example',
  'x-auth-request-user': 'owner of team-a',
  'x-remote-user': 'owner of team-a',
  'user-agent': 'kube-probe/1.34',
};

describe('headers that a proxy would set', () => {
  let api: TestApi;

  beforeEach(async () => {
    api = await startTestApi({ RATE_LIMIT: '30' });
  });

  afterEach(() => api.stop());

  for (const [name, value] of [...Object.entries(SPOOFED), ['all of them', ''] as const]) {
    const headers = value === '' ? SPOOFED : { [name]: value };

    it(`A21 let nobody in: ${name}`, async () => {
      const nobody = await api.call('GET', '/api/v1/me', { headers });
      assert.equal(nobody.status, 401);
      const reader = await api.call('POST', '/api/v1/monitors', {
        headers,
        token: api.tokens.read,
        body: job('spoofed'),
      });
      assert.equal(reader.status, 403);
      const me = await api.call('GET', '/api/v1/me', { headers, token: api.tokens.other });
      assert.deepEqual([me.status, me.json.workspace], [200, 'team-b']);
    });
  }

  it('print nothing on the console, so that a stranger cannot fill the log', async () => {
    const printed: unknown[] = [];
    const { error } = console;
    console.error = (...args: unknown[]) => void printed.push(args);
    try {
      await api.call('GET', '/api/v1/me', { headers: SPOOFED });
    } finally {
      console.error = error;
    }
    assert.deepEqual(printed, []);
  });

  it('A21 do not hide the address of the peer from the log', async () => {
    await api.call('GET', '/api/v1/me', { headers: SPOOFED, token: 'x'.repeat(43) });
    const refused = api.lines
      .map((line) => JSON.parse(line) as { event?: string; ip?: string })
      .filter(({ event }) => event === 'auth.refused');
    assert.deepEqual(
      refused.map(({ ip }) => ip),
      ['127.0.0.1'],
    );
  });

  it('A21 do not make another caller for the rate limit', async () => {
    const statuses: number[] = [];
    for (let turn = 0; turn < 31; turn += 1) {
      const headers = Object.fromEntries(
        Object.entries(SPOOFED).map(([name, value]) => [
          name,
          value.replace('10.0.0.1', `10.0.0.${turn}`),
        ]),
      );
      statuses.push((await api.call('GET', '/api/v1/me', { headers })).status);
    }
    assert.deepEqual(statuses.slice(-2), [401, 429]);
  });
});
