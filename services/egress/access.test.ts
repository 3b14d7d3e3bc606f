import assert from 'node:assert/strict';
import { proxyAuthorization } from '../core/egress/credential.ts';
import { PUBLIC, startHarness, startOrigin, type Harness, type Origin } from './testing/harness.ts';
import { connectStatus, exchange, getText } from './testing/raw.ts';

const CLOSE = 'Connection: close\r\n';

describe('egress: who may go where', () => {
  let origin: Origin;
  let harness: Harness;
  const start = async (
    env: Record<string, string> = {},
    names: Record<string, string[]> = { 'shop.test': [PUBLIC] },
  ): Promise<Harness> => {
    harness = await startHarness({ env, names, originPort: origin.port });
    return harness;
  };
  const get = (url: string, authorization?: string): Promise<string> =>
    exchange(harness.port, getText(url, authorization, CLOSE));

  before(async () => {
    origin = await startOrigin();
  });
  after(() => origin.stop());
  afterEach(() => harness.stop());

  describe('credentials', () => {
    it('C17 challenges a request without a credential', async () => {
      await start();
      for (const answer of [
        await connectStatus(harness.port, 'shop.test:443'),
        await get('http://shop.test/'),
      ]) {
        assert.match(answer, /^HTTP\/1\.1 407 /);
        assert.match(answer, /proxy-authenticate: Basic realm="egress"/i);
        assert.match(answer, /x-duckmon-egress-error: unauthorized/i);
      }
      assert.deepEqual(harness.resolved, []);
    });

    it('C17 refuses a credential after its end', async () => {
      await start();
      const expired = harness.authorization({ expires: Date.now() - 1 });
      assert.match(await connectStatus(harness.port, 'shop.test:443', expired), / 407 /);
    });

    it('C17 refuses a verified credential as soon as it has expired', async () => {
      const clock = (await import('../core/testing/clock.ts')).fakeClock(new Date());
      harness = await startHarness({
        names: { 'shop.test': [PUBLIC] },
        originPort: origin.port,
        deps: { clock },
      });
      const authorization = harness.authorization({ expires: clock.now().getTime() + 1000 });
      assert.match(await connectStatus(harness.port, 'shop.test:443', authorization), / 200 /);
      clock.advance(1000);
      assert.match(await connectStatus(harness.port, 'shop.test:443', authorization), / 407 /);
    });

    it('C17 refuses the credential of another installation', async () => {
      await start();
      const other = await startHarness();
      const foreign = other.authorization();
      await other.stop();
      assert.match(await connectStatus(harness.port, 'shop.test:443', foreign), / 407 /);
      assert.equal(harness.events('egress.refused')[0]?.['reason'], 'credential_invalid');
      assert.match(await harness.metrics(), /mon_auth_failures_total\{reason="egress_credential"/);
    });

    for (const [what, value] of [
      ['another scheme', 'Bearer abc'],
      ['no user', `Basic ${Buffer.from('abc').toString('base64')}`],
      ['garbage', 'Basic %%%'],
      ['an empty credential', proxyAuthorization('')],
      ['8 KiB of text', proxyAuthorization('a'.repeat(8192))],
    ] as const)
      it(`C17 refuses ${what}`, async () => {
        await start();
        assert.match(await connectStatus(harness.port, 'shop.test:443', value), / 407 /);
      });

    it('never writes a credential to the log', async () => {
      await start();
      const credential = harness.credential();
      await connectStatus(harness.port, 'shop.test:443', proxyAuthorization(credential));
      await connectStatus(harness.port, 'shop.test:443', proxyAuthorization(`${credential}x`));
      for (const part of credential.split('.').slice(1))
        assert.ok(!harness.captured.text().includes(part));
    });

    it('answers a request to its own name with 200, once the credential holds', async () => {
      await start();
      const url = 'http://egress.duckmon.invalid/';
      assert.match(await get(url), /^HTTP\/1\.1 407 /);
      assert.match(await get(url, harness.authorization()), /^HTTP\/1\.1 200 [\s\S]*ok\n$/);
      assert.deepEqual([harness.resolved, harness.dialled], [[], []]);
    });
  });

  describe('ports', () => {
    for (const port of [22, 25, 465, 3306, 5432, 6379, 8080])
      it(`C16 refuses port ${port} of a public name`, async () => {
        await start();
        const answer = await connectStatus(
          harness.port,
          `shop.test:${port}`,
          harness.authorization(),
        );
        assert.match(answer, /^HTTP\/1\.1 403 /);
        assert.deepEqual(harness.dialled, []);
      });

    for (const authority of [
      'shop.test',
      'shop.test:',
      'shop.test:0',
      'shop.test:65536',
      'shop.test:443/',
      'a@shop.test:443',
      ':443',
    ])
      it(`C16 takes no authority like ${authority}`, async () => {
        await start();
        const answer = await connectStatus(harness.port, authority, harness.authorization());
        assert.match(answer, /^HTTP\/1\.1 400 /);
      });
  });

  describe('targets that the operator opened', () => {
    const allow = (): Record<string, string> => ({
      DUCKMON_EGRESS_ALLOW: `127.0.0.1:${origin.port}`,
    });

    it('C18 reaches exactly the opened address and port, and says so in the audit', async () => {
      await start(allow());
      const answer = await get(`http://127.0.0.1:${origin.port}/`, harness.authorization());
      assert.match(answer, /^HTTP\/1\.1 200 [\s\S]*hello$/);
      assert.equal(harness.events('egress.opened')[0]?.['grounds'], 'opened');
    });

    it('C18 refuses another port of the opened address', async () => {
      await start(allow());
      for (const port of [80, 443, origin.port + 1])
        assert.match(await get(`http://127.0.0.1:${port}/`, harness.authorization()), / 403 /);
      assert.deepEqual(harness.dialled, []);
    });

    it('C18 refuses another address on the opened port', async () => {
      await start(allow());
      for (const host of ['127.0.0.2', '10.0.0.1', '[::1]'])
        assert.match(await get(`http://${host}:${origin.port}/`, harness.authorization()), / 403 /);
      assert.deepEqual(harness.dialled, []);
    });

    it('C18 does not open a port of public addresses by opening it for a private one', async () => {
      await start(allow());
      const answer = await get(`http://shop.test:${origin.port}/`, harness.authorization());
      assert.match(answer, / 403 /);
      assert.equal(harness.events('egress.refused')[0]?.['reason'], 'port');
    });

    it('C18 opens a name that resolves to the opened address, but not one that also has others', async () => {
      await start(allow(), { 'in.test': ['127.0.0.1'], 'half.test': ['127.0.0.1', '10.0.0.1'] });
      const at = (name: string): string => `http://${name}:${origin.port}/`;
      assert.match(await get(at('in.test'), harness.authorization()), / 200 /);
      assert.match(await get(at('half.test'), harness.authorization()), / 403 /);
    });

    it('refuses what the operator denied although it is public', async () => {
      await start({ DUCKMON_EGRESS_DENY: '93.184.215.0/24' });
      assert.match(await get('http://shop.test/', harness.authorization()), / 403 /);
    });
  });

  it('C16 never connects to itself, even when its own address is opened', async () => {
    // An allow entry needs the port before the proxy has one, so a first start finds a free port.
    const free = await startHarness();
    await free.stop();
    harness = await startHarness({
      env: { DUCKMON_EGRESS_ALLOW: `127.0.0.0/8:${free.port}`, EGRESS_PORT: String(free.port) },
    });
    const answer = await connectStatus(
      harness.port,
      `127.0.0.1:${harness.port}`,
      harness.authorization(),
    );
    assert.match(answer, /^HTTP\/1\.1 403 /);
    assert.equal(harness.events('egress.refused')[0]?.['reason'], 'self');
    assert.deepEqual(harness.dialled, []);
  });

  describe('endpoints of the configuration', () => {
    const url = (): string => `http://127.0.0.1:${origin.port}`;

    for (const [variable, issuer] of [
      ['OPENAI_BASE_URL', 'llm'],
      ['SENDGRID_BASE_URL', 'notification'],
      ['OIDC_ISSUER', 'api'],
    ] as const)
      it(`opens ${variable} for ${issuer} and for nobody else`, async () => {
        await start({ [variable]: `${url()}/v1/` });
        const answers = new Map<string, string>();
        for (const caller of ['scheduler', 'api', 'llm', 'notification'] as const)
          answers.set(caller, await get(`${url()}/`, harness.authorization({ issuer: caller })));
        const open = [...answers].filter(([, answer]) => answer.includes(' 200 '));
        assert.deepEqual(
          open.map(([caller]) => caller),
          [issuer],
        );
        assert.equal(harness.events('egress.opened')[0]?.['grounds'], 'endpoint');
      });

    it('opens SMTP_HOST and SMTP_PORT for notification, also under a single label', async () => {
      await start(
        { SMTP_HOST: 'MailHog', SMTP_PORT: String(origin.port) },
        { mailhog: ['127.0.0.1'] },
      );
      const authority = `mailhog:${origin.port}`;
      const mine = harness.authorization({ issuer: 'notification' });
      assert.match(await connectStatus(harness.port, authority, mine), / 200 /);
      assert.match(await connectStatus(harness.port, authority, harness.authorization()), / 403 /);
    });

    it('opens no other port of a configured host', async () => {
      await start({ OPENAI_BASE_URL: url() });
      const answer = await get(
        `http://127.0.0.1:${origin.port + 1}/`,
        harness.authorization({ issuer: 'llm' }),
      );
      assert.match(answer, / 403 /);
    });
  });

  describe("Chromium's own hosts", () => {
    for (const host of ['update.googleapis.com', 'clients2.google.com', 'accounts.google.com'])
      it(`refuses ${host} to pages, without a word in the log, and counts it apart`, async () => {
        await start({}, { [host]: [PUBLIC] });
        const answer = await connectStatus(harness.port, `${host}:443`, harness.authorization());
        assert.match(answer, / 403 /);
        assert.deepEqual(harness.resolved, []);
        assert.match(
          await harness.metrics(),
          /connections_total\{result="refused",reason="browser_update"/,
        );
        const levels = harness.events('egress.refused').map((line) => line['level']);
        assert.deepEqual(levels, ['debug']);
      });

    it('leaves them to the callers that are no browser', async () => {
      await start({}, { 'accounts.google.com': [PUBLIC] });
      const authorization = harness.authorization({ issuer: 'api' });
      const answer = await connectStatus(harness.port, 'accounts.google.com:443', authorization);
      assert.match(answer, / 200 /);
    });
  });

  it('answers direct requests for health and metrics and nothing else', async () => {
    await start();
    assert.equal((await fetch(`${harness.proxyUrl}/healthz`)).status, 200);
    assert.equal((await fetch(`${harness.proxyUrl}/readyz`)).status, 200);
    assert.match(await harness.metrics(), /mon_egress_open_connections\{service="egress"\} 0/);
    assert.equal((await fetch(`${harness.proxyUrl}/other`)).status, 404);
  });

  it('H1 writes one line with all that is known about a refused connection', async () => {
    await start();
    await connectStatus(
      harness.port,
      '10.0.0.7:443',
      harness.authorization({ workspace: 'team-a', subject: 'monitor/shop', id: 'c-1' }),
    );
    const [line, ...more] = harness.events('egress.refused');
    assert.deepEqual(more, []);
    const { level, reason, issuer, workspace, subject, id, host, port, client } = line ?? {};
    assert.deepEqual(
      { level, reason, issuer, workspace, subject, id, host, port, client },
      {
        level: 'warn',
        reason: 'address',
        issuer: 'scheduler',
        workspace: 'team-a',
        subject: 'monitor/shop',
        id: 'c-1',
        host: '10.0.0.7',
        port: 443,
        client: '127.0.0.1',
      },
    );
  });
});
