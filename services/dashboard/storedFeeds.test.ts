import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { job, type TestApi } from '../api/testing/api.ts';
import { BACKTEST_PATH } from '../core/contracts/backtest.ts';
import { newId } from '../core/ids.ts';
import { seedFinding } from '../store/testing/rows.ts';
import { withWorkspace } from '../store/workspace.ts';
import { ALL_PAYLOADS, PAYLOADS } from './testing/payloads.ts';
import { startVisit, type Visit } from './testing/visit.ts';

const WATCH = `window.hit = () => console.error('a payload ran');
document.addEventListener('securitypolicyviolation', (event) => console.error('refused ' + event.blockedURI));`;

/** As many findings as a feed has. */
const FINDINGS = 50;

describe('what hostile pages and models write, where it leaves the pages', function () {
  this.timeout(120_000);
  let visit: Visit;
  let api: TestApi;
  let page: Page;
  let feeds: string[];
  const said: string[] = [];

  before(async () => {
    visit = await startVisit();
    ({ api, page } = visit);
    page.setDefaultTimeout(15_000);
    const body = { documents: [job('target')] };
    const made = await api.call('POST', '/api/v1/apply', { token: api.tokens.admin, body });
    assert.equal(made.status, 200, made.text);
    await withWorkspace(api.db.pool('duckmon_owner'), 'team-a', async (tx) => {
      for (let at = 0; at < FINDINGS; at += 1) {
        const texts = PAYLOADS.filter((_, index) => index % FINDINGS === at);
        const [title = ''] = texts;
        const summary = texts.join('\n');
        await seedFinding(tx, { monitor: 'target', title, summary, subject: title });
      }
    });
    await page.addInitScript(WATCH);
    page.on('console', (message) => {
      if (!message.text().includes('Origin-Agent-Cluster')) said.push(message.text());
    });
    page.on('dialog', (dialog) => {
      said.push(`asked ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(visit.pages.publicUrl)) said.push(`asked for ${request.url()}`);
    });
    await page.goto(`${visit.pages.publicUrl}/monitors/target`);
    await page.getByRole('button', { name: 'Make a feed' }).click();
    const shown = page.getByRole('region', { name: 'New feed' }).locator('code');
    await shown.first().waitFor();
    feeds = await shown.allTextContents();
  });

  after(() => visit?.stop());

  beforeEach(() => {
    said.length = 0;
  });

  /** Opens it as a person does who clicks the address; a browser may save it instead. */
  const open = async (url: string): Promise<string> => {
    const saved = page.waitForEvent('download').then(async (file) => {
      return readFile(await file.path(), 'utf8');
    });
    const shown = page.goto(url).then(async (response) => (await response?.text()) ?? '');
    return Promise.any([shown, saved]);
  };

  it('D16 runs nothing and loads nothing in a feed that is opened in the browser', async () => {
    assert.equal(feeds.length, 2);
    for (const url of feeds) {
      const text = await open(url);
      assert.match(text, /hit\(\)/);
      assert.match(text, /evil\.example/);
      if (url.includes('.xml')) assert.doesNotMatch(text, /<(script|img|svg|iframe|object|base)/i);
      else {
        const { items } = JSON.parse(text) as { items: readonly { content_text?: string }[] };
        assert.equal(items.length, FINDINGS);
      }
    }
    assert.deepEqual(said, []);
  });

  it('D16 D9 runs nothing and breaks no policy where an edit is tried on what was seen', async () => {
    const then = { outcome: 'Suppressed', reason: ALL_PAYLOADS, verdict: 'no_match', relevance: 5 };
    api.answers.set(BACKTEST_PATH, () => ({
      changes: [
        {
          checkId: newId(),
          at: '2026-02-28T12:00:00.000Z',
          sources: PAYLOADS.slice(0, 5),
          then: { ...then, summary: ALL_PAYLOADS },
          now: {
            ...then,
            outcome: 'Alerted',
            reason: null,
            verdict: 'match',
            summary: ALL_PAYLOADS,
            alerts: PAYLOADS,
            problems: PAYLOADS,
            tokensIn: 1,
            tokensOut: 1,
            costUsd: '0',
            most: null,
          },
        },
      ],
      more: false,
      since: '2026-02-01T12:00:00.000Z',
      model: ALL_PAYLOADS,
      tokensIn: 1,
      tokensOut: 1,
      costUsd: '0',
      facts: [],
    }));
    await page.goto(`${visit.pages.publicUrl}/monitors/target/edit`);
    await page.getByLabel('What matters').fill('Tell me of ducks.');
    await page.getByRole('button', { name: 'Back-test', exact: true }).click();
    await page.getByRole('button', { name: 'Try on the last 30 days' }).click();
    await page.getByText('onerror=hit()').first().waitFor();
    await page.waitForLoadState('networkidle');
    assert.deepEqual(said, []);
  });

  it('D16 D9 runs nothing and breaks no policy in the list of feeds', async () => {
    await page.goto(`${visit.pages.publicUrl}/account/feeds`);
    await page.locator('main').getByText('target').first().waitFor();
    assert.deepEqual(said, []);
  });
});
