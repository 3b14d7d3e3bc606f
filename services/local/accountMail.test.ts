import assert from 'node:assert/strict';
import { makeCertificate, trust, type TestCertificate } from '../../scripts/testing/certificate.ts';
import { startSmtp, type FakeSmtp } from '../../scripts/testing/mail/smtp.ts';
import {
  startNotificationUnderTest,
  type NotificationUnderTest,
} from '../../scripts/testing/notificationService.ts';
import type { Running } from '../core/lifecycle.ts';
import { createLog } from '../core/log.ts';
import { createMetrics } from '../core/metrics.ts';
import { startTestApi, type TestApi } from '../api/testing/api.ts';
import { makeSigningKeys, type TestSigningKeys } from '../api/testing/signingKeys.ts';
import { dispatchAccountMails, type AccountMailDeps } from '../scheduler/account/dispatch.ts';
import { createSchedulerMetrics } from '../scheduler/metrics.ts';

const PARALLEL = 50;
const MINUTE = 60_000;

/** The api, what the scheduler does about its mails, and notification, with a mail server at the end. */
describe('local: a refresh token that is used twice', () => {
  let certificate: TestCertificate;
  let distrust: () => void;
  let keys: TestSigningKeys;
  let api: TestApi;
  let smtp: FakeSmtp;
  let service: NotificationUnderTest;

  before(() => {
    certificate = makeCertificate();
    distrust = trust(certificate);
  });
  after(() => distrust());
  beforeEach(async () => {
    keys = makeSigningKeys();
    api = await startTestApi({ KEYS_FILE: keys.keysFile });
    await api.db
      .pool('postgres')
      .query("UPDATE users SET email = 'ann@example.org' WHERE subject = 'owner of team-a'");
    smtp = await startSmtp({ certificate });
    service = await startNotification();
  });
  afterEach(async () => {
    await service.stop();
    await Promise.all([smtp.stop(), api.stop()]);
    keys.remove();
  });

  const startNotification = (): Promise<NotificationUnderTest> =>
    startNotificationUnderTest({ SMTP_HOST: 'localhost', SMTP_PORT: String(smtp.port) });
  const later = (ms: number): void => {
    api.time.now = new Date(api.time.now.getTime() + ms);
  };
  const offer = async (refreshToken: string, url = api.url): Promise<Response> =>
    fetch(`${url}/api/v1/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grantType: 'refresh_token', refreshToken }),
    });
  /** A token that was used and whose grace is over. */
  async function usedToken(): Promise<string> {
    const { text } = await api.call('POST', '/api/v1/access-tokens', {
      token: api.tokens.write,
      body: { refresh: true },
    });
    const { refreshToken } = JSON.parse(text) as { refreshToken: string };
    assert.equal((await offer(refreshToken)).status, 200);
    later(10_000);
    return refreshToken;
  }
  const deps = (changes: Partial<AccountMailDeps> = {}): AccountMailDeps => ({
    pool: api.db.pool('mon_scheduler'),
    clock: { now: () => api.time.now, monotonic: () => 0, sleep: async () => {} },
    notification: service.client,
    failpoint: () => {},
    metrics: createSchedulerMetrics(createMetrics('scheduler')),
    random: () => 0.5,
    log: createLog('scheduler', 'silent'),
    settings: {
      owner: 'one',
      publicUrl: 'https://mon.example',
      workspaceCaps: { microUsd: null, tokens: null },
      platformCaps: { microUsd: null, tokens: null },
      judgeDeadlineMs: 5_000,
    },
    ...changes,
  });
  async function sendAll(given = deps()): Promise<void> {
    while ((await dispatchAccountMails(given, new AbortController().signal)) > 0);
  }
  const subjects = (): (string | undefined)[] =>
    smtp.mails.map(({ raw }) => /^Subject: (.*)\r$/m.exec(raw)?.[1]);
  const ONE = ['[duckmon] Somebody may have a copy of one of your tokens'];

  it('A9 sends its owner one mail, and no second one for the same family', async () => {
    const token = await usedToken();
    assert.deepEqual([(await offer(token)).status, (await offer(token)).status], [401, 401]);
    await sendAll();
    later(60 * MINUTE);
    assert.equal((await offer(token)).status, 401);
    await sendAll();
    assert.deepEqual(subjects(), ONE);
    const [mail] = smtp.mails;
    assert.deepEqual(mail?.to, ['ann@example.org']);
    assert.match(mail?.raw ?? '', /https:\/\/mon\.example\//);
    assert.ok(!mail?.raw.includes(token));
  });

  it(`A9 sends one mail when ${PARALLEL} use it at the same time, at two replicas`, async () => {
    const replica: Running = await api.replica();
    try {
      const token = await usedToken();
      const answers = await Promise.all(
        Array.from({ length: PARALLEL }, (_value, nth) =>
          offer(token, nth % 2 === 0 ? api.url : replica.url),
        ),
      );
      assert.ok(answers.every(({ status }) => status === 401));
    } finally {
      await replica.stop();
    }
    await Promise.all([
      sendAll(),
      sendAll(deps({ settings: { ...deps().settings, owner: 'two' } })),
    ]);
    assert.deepEqual(subjects(), ONE);
  });

  it('A9 sends one mail for each family', async () => {
    const tokens = [await usedToken(), await usedToken()];
    for (const token of tokens) {
      await offer(token);
      await sendAll();
    }
    assert.deepEqual(subjects(), [...ONE, ...ONE]);
  });

  it('A9 sends it also when the scheduler ends between the claim and the send', async () => {
    await offer(await usedToken());
    const ended = deps({
      failpoint: (place) => {
        if (place === 'account-mail.after-claim') throw new Error('killed');
      },
    });
    await assert.rejects(sendAll(ended), /killed/);
    await sendAll();
    assert.deepEqual(subjects(), []);
    later(2 * MINUTE);
    await sendAll();
    assert.deepEqual(subjects(), ONE);
  });

  it('A9 sends it also when notification is gone, once it is back', async () => {
    await offer(await usedToken());
    await service.stop();
    await sendAll();
    service = await startNotification();
    later(2 * MINUTE);
    await sendAll();
    assert.deepEqual(subjects(), ONE);
  });

  it('A9 loses nothing when the mail server breaks off: a repeat has the same Message-ID', async () => {
    await offer(await usedToken());
    smtp.script({ at: 'data', then: 'reset' });
    await sendAll();
    later(2 * MINUTE);
    await sendAll();
    const ids = new Set(smtp.mails.map(({ raw }) => /^Message-ID: (.*)\r$/m.exec(raw)?.[1]));
    assert.deepEqual([ids.size, subjects().at(-1)], [1, ONE[0]]);
  });
});
