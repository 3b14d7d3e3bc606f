import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { TestApi } from '../api/testing/api.ts';
import { CHANNEL_TEST_PATH } from '../core/contracts/scheduler.ts';
import { HttpError } from '../core/errors.ts';
import { seedAlert, seedDelivery } from '../store/testing/rows.ts';
import { withWorkspace } from '../store/workspace.ts';
import { axeViolations } from './testing/axe.ts';
import { overflows } from './testing/pages.ts';
import { startVisit, type Visit } from './testing/visit.ts';

describe('a person with channels', function () {
  this.timeout(120_000);
  let api: TestApi;
  let visit: Visit;
  let page: Page;
  let complaints: string[];

  before(async () => {
    visit = await startVisit();
    ({ api, page, complaints } = visit);
  });

  after(() => visit?.stop());

  const isShown = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
  const card = (name: string) => page.getByRole('listitem', { name: `Channel ${name}` });
  const make = async (type: string, name: string, to: string): Promise<void> => {
    await page.getByRole('button', { name: 'New channel' }).click();
    await page.getByRole('button', { name: type, exact: true }).click();
    await page.getByLabel('Name').fill(name);
    await page.locator('#channel-to').fill(to);
    await page.getByRole('button', { name: 'Create channel' }).click();
  };
  const specOf = async (name: string) =>
    (await api.call('GET', `/api/v1/channels/${name}`, { token: api.tokens.read })).json
      .spec as unknown;

  it('reads that there is none, and that nothing is lost by that', async () => {
    await page.getByRole('link', { name: 'Channels' }).click();
    await isShown('There is no channel yet.');
    await isShown('Nothing was given up.');
  });

  it('makes one for mail and sees who has not confirmed yet', async () => {
    await make('Email', 'team-mail', 'ann@example.org, bob@example.org');
    await card('team-mail').waitFor();
    assert.equal(await card('team-mail').getByText('has not confirmed yet').count(), 2);
  });

  it('asks a recipient again, and reads when it is too soon for that', async () => {
    const asked = page.waitForRequest((request) => request.url().endsWith('/resend'));
    await card('team-mail').getByRole('button', { name: 'Ask again' }).first().click();
    assert.deepEqual((await asked).postDataJSON(), { address: 'ann@example.org' });
    await card('team-mail').getByRole('alert').waitFor();
    complaints = complaints.filter((text) => !/status of 4\d\d/.test(text));
  });

  it('makes one for a chat, whose address is kept as a secret', async () => {
    await make('Slack', 'chat', 'https://hooks.example.org/services/secret-part');
    await card('chat').waitFor();
    assert.deepEqual(await specOf('chat'), {
      type: 'Slack',
      suspend: false,
      slack: { secretRef: { name: 'chat-url', key: 'url' } },
    });
    assert.doesNotMatch(await page.content(), /secret-part/);
  });

  it('never changes a channel by making another of its name', async () => {
    await make('Webhook', 'chat', 'https://hooks.example.org/x');
    await isShown('There is a channel of this name already');
    await page.getByLabel('Name').fill('Not a name');
    await page.getByRole('button', { name: 'Create channel' }).click();
    await isShown(/NotificationChannel metadata\.name/);
    await page.getByLabel('Name').fill('hook');
    await page.getByRole('button', { name: 'Create channel' }).click();
    await card('hook').waitFor();
  });

  for (const [what, answer, words] of [
    ['arrived', { kind: 'accepted', reason: null }, 'The test message was taken.'],
    ['was refused, and why', { kind: 'rejected', reason: 'status 410' }, 'status 410'],
  ] as const)
    it(`sends a test and reads that it ${what}`, async () => {
      api.answers.set(CHANNEL_TEST_PATH, () => answer);
      await card('hook').getByRole('button', { name: 'Send a test' }).click();
      await card('hook').getByText(words).waitFor();
      assert.deepEqual(api.sent.at(-1)?.[2], { workspace: 'team-a', channel: 'hook' });
    });

  it('reads that a test could not be sent', async () => {
    api.answers.set(CHANNEL_TEST_PATH, () => {
      throw new HttpError('unavailable', 'The scheduler does not answer');
    });
    await card('hook').getByRole('button', { name: 'Send a test' }).click();
    await card('hook').getByRole('alert').waitFor();
  });

  it('sees what was given up and why, and sends it again', async () => {
    await withWorkspace(api.db.pool('duckmon_owner'), 'team-a', async (tx) => {
      const alertId = await seedAlert(tx);
      await seedDelivery(tx, {
        alert_id: alertId,
        channel: 'hook',
        state: 'dead',
        last_error: 'The receiver answered 500',
      });
    });
    await page.reload();
    await isShown('The receiver answered 500');
    await page.getByRole('button', { name: 'Send again' }).click();
    await isShown('Nothing was given up.');
    await card('hook').getByText('Last deliveries').click();
    await card('hook').getByText('waiting').waitFor();
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`has nothing that axe finds wrong, in the ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme });
      await page.getByRole('button', { name: 'New channel' }).click();
      assert.deepEqual(await axeViolations(page), []);
      assert.deepEqual(await overflows(page), [0, 0]);
      await page.getByRole('button', { name: 'Cancel' }).click();
    });

  it('is asked before a channel is deleted', async () => {
    await card('hook').getByRole('button', { name: 'Delete' }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await card('hook').waitFor({ state: 'detached' });
    await card('chat').waitFor();
  });

  it('A20 has seen nothing that its browser complained about', () => {
    // Chromium itself notes each answer that is an error.
    assert.deepEqual(
      complaints.filter((text) => !/status of 5\d\d/.test(text)),
      [],
    );
  });
});
