import assert from 'node:assert/strict';
import { chromium, type Browser, type Page } from 'playwright-core';
import { createEventSender, sendGridEvent } from '../../scripts/testing/mail/events.ts';
import {
  startSendGrid,
  type FakeSendGrid,
  type SendGridMail,
} from '../../scripts/testing/mail/sendgrid.ts';
import { findChromium } from '../browser/chromium/find.ts';
import { startInstallation, type Installation } from '../local/testing/installation.ts';

const ANN = 'ann@example.org';
const BOB = 'bob@example.org';

describe('a recipient of mail', function () {
  this.timeout(120_000);
  const sender = createEventSender();
  let installation: Installation;
  let fake: FakeSendGrid;
  let browser: Browser;
  let page: Page;

  before(async () => {
    fake = await startSendGrid();
    installation = await startInstallation({
      env: {
        SENDGRID_BASE_URL: fake.url,
        SENDGRID_API_KEY: 'SG.x',
        SENDGRID_WEBHOOK_PUBLIC_KEY: sender.publicKey,
        NOTIFICATION_EMAIL: 'alerts@duckmon.example',
        DUCKMON_EGRESS_ALLOW: new URL(fake.url).host,
      },
    });
    const found = await findChromium(process.env, installation.data);
    // The person's browser, not the product's: as root it needs to go without a sandbox.
    const env = { ...process.env, LD_LIBRARY_PATH: found.libraries ?? '' };
    browser = await chromium.launch({ executablePath: found.file, chromiumSandbox: false, env });
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const { status } = await installation.call('POST', '/apply', {
      documents: [
        {
          apiVersion: 'mon.duckerhub.com/v1alpha1',
          kind: 'NotificationChannel',
          metadata: { name: 'ops' },
          spec: { type: 'Email', email: { to: [ANN, BOB, 'alerts@duckmon.example'] } },
        },
      ],
    });
    assert.equal(status, 200);
  });

  after(async () => {
    await browser?.close();
    await installation?.close();
    await fake.stop();
  });

  interface Personal {
    readonly to: { readonly email: string }[];
    readonly headers: Readonly<Record<string, string>>;
  }
  const personalOf = ({ body }: SendGridMail): Personal[] => body['personalizations'] as Personal[];
  const textOf = ({ body }: SendGridMail): string =>
    (body['content'] as { type: string; value: string }[])[0]?.value ?? '';

  /** The mail to an address whose text matches. */
  const mailTo = (address: string, text: RegExp): Promise<SendGridMail> =>
    fake.mailWhere(
      (mail) =>
        text.test(textOf(mail)) &&
        personalOf(mail).some(({ to }) => to.some(({ email }) => email === address)),
    );
  const linkIn = (mail: SendGridMail, place: string): string =>
    new RegExp(`https?://\\S+/${place}\\?token=\\S+`).exec(textOf(mail))?.[0] ?? '';
  const states = async (): Promise<Record<string, string>> => {
    const { json } = await installation.call('GET', '/channels/ops');
    const { recipients } = (
      json as { status: { recipients: { address: string; state: string }[] } }
    ).status;
    return Object.fromEntries(recipients.map(({ address, state }) => [address, state]));
  };
  const unsubscribeLink = async (address: string): Promise<string> => {
    const mail = await mailTo(address, /works\./);
    const own = personalOf(mail).find(({ to }) => to[0]?.email === address);
    return own?.headers['List-Unsubscribe']?.slice(1, -1) ?? '';
  };

  it('is asked by mail, unless the address is the installation’s own', async () => {
    await mailTo(ANN, /\/confirm\?token=/);
    await mailTo(BOB, /\/confirm\?token=/);
    assert.equal(fake.mails.length, 2);
    assert.equal((await states())['alerts@duckmon.example'], 'Confirmed');
  });

  it('confirms nothing by opening the link', async () => {
    await page.goto(linkIn(await mailTo(ANN, /confirm/), 'confirm'));
    await page.getByRole('button', { name: 'Yes, send me alerts' }).waitFor();
    assert.equal((await states())[ANN], 'Pending');
  });

  for (const width of [390, 1440])
    it(`never scrolls sideways at ${width} px`, async () => {
      await page.setViewportSize({ width, height: 844 });
      const wider = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      assert.equal(wider, 0);
    });

  it('confirms by the button, once', async () => {
    await page.getByRole('button', { name: 'Yes, send me alerts' }).click();
    await page.getByText(`Confirmed: ${ANN} gets alerts of the workspace default (ops).`).waitFor();
    assert.deepEqual(await states(), {
      [ANN]: 'Confirmed',
      [BOB]: 'Pending',
      'alerts@duckmon.example': 'Confirmed',
    });
    await page.reload();
    await page.getByRole('button', { name: 'Yes, send me alerts' }).click();
    await page.getByRole('alert').getByText('This link was used before').waitFor();
  });

  it('gets mail from then on, and who did not confirm gets none', async () => {
    const { json } = await installation.call('POST', '/channels/ops/test', {});
    assert.deepEqual(json, { kind: 'accepted', reason: null });
    const mail = await mailTo(ANN, /works\./);
    assert.deepEqual(
      personalOf(mail).map(({ to }) => to[0]?.email),
      ['alerts@duckmon.example', ANN],
    );
  });

  it('unsubscribes by the page of the link, which does nothing by being opened', async () => {
    await page.goto(await unsubscribeLink(ANN));
    await page.getByRole('button', { name: 'Unsubscribe' }).waitFor();
    assert.equal((await states())[ANN], 'Confirmed');
    await page.getByRole('button', { name: 'Unsubscribe' }).click();
    await page.getByText(`Done: ${ANN} gets no more mail of the channel ops.`).waitFor();
    assert.equal((await states())[ANN], 'Unsubscribed');
  });

  it('unsubscribes by one click of a mail program at the same address', async () => {
    const response = await fetch(await unsubscribeLink('alerts@duckmon.example'), {
      method: 'POST',
      body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
    });
    assert.equal(response.status, 200);
    assert.equal((await states())['alerts@duckmon.example'], 'Unsubscribed');
  });

  it('F4 is marked when SendGrid reports that the address takes no mail', async () => {
    const { deliveryId } = await mailTo(BOB, /confirm/);
    const about = { email: BOB, deliveryId, workspace: 'default' };
    const url = `${installation.dashboard}/api/v1/webhooks/sendgrid`;
    const response = await sender.send(url, [sendGridEvent('bounce', about, { type: 'bounce' })]);
    assert.equal(response.status, 204);
    assert.equal((await states())[BOB], 'Bounced');
  });
});
