import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { csvLine } from '../api/csv.ts';
import { job, secret, webhook, type TestApi } from '../api/testing/api.ts';
import { newId } from '../core/ids.ts';
import { renderHtml } from '../notification/html.ts';
import { renderContent } from '../notification/template.ts';
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
import { ALL_PAYLOADS, PAYLOADS } from './testing/payloads.ts';
import { startVisit, type Visit } from './testing/visit.ts';

const AT = new Date('2026-03-01T11:00:00Z');

const hunks = PAYLOADS.map((text, index) => ({
  id: `h${index}`,
  kind: 'changed',
  section: text,
  before: text,
  after: text,
  context: { above: text, below: text },
  words: [
    { op: 'removed', text },
    { op: 'added', text },
  ],
}));
const claims = PAYLOADS.map((text) => ({
  source: text,
  kind: 'changed',
  subject: text,
  before: text,
  after: text,
  quote: text,
  side: 'after' as const,
}));

/** Says of everything that runs, that is refused by the policy, or that asks a person. */
const WATCH = `window.hit = () => console.error('a payload ran');
document.addEventListener('securitypolicyviolation', (event) => console.error('refused ' + event.blockedURI));`;

describe('what hostile pages, files and models write', function () {
  this.timeout(180_000);
  let visit: Visit;
  let api: TestApi;
  let page: Page;
  const said: string[] = [];
  const [check, finding] = [newId(), newId()];

  const watch = async (watched: Page, home: string): Promise<void> => {
    await watched.addInitScript(WATCH);
    watched.on('console', (message) => {
      if (!message.text().includes('Origin-Agent-Cluster')) said.push(message.text());
    });
    watched.on('dialog', (dialog) => {
      said.push(`asked ${dialog.message()}`);
      void dialog.dismiss();
    });
    watched.on('request', (request) => {
      if (!request.url().startsWith(home)) said.push(`asked for ${request.url()}`);
    });
  };

  const seedHistory = async (tx: Tx): Promise<void> => {
    const content = Buffer.from(ALL_PAYLOADS);
    const keepUntil = new Date('2027-01-01');
    const blob = await putBlob(tx, 'team-a', { mediaType: 'text/plain', content, keepUntil }, AT);
    const verdict = await seedVerdict(tx, {
      monitor: 'target',
      check_id: check,
      at: AT,
      suppressed: 'noMatch',
      verdict: JSON.stringify({
        verdict: 'match',
        relevance: 1,
        summary: ALL_PAYLOADS,
        reason: ALL_PAYLOADS,
        claims,
        droppedClaims: [],
      }),
      provenance: JSON.stringify({
        model: ALL_PAYLOADS,
        promptVersion: 'p',
        cacheHit: false,
        tokensIn: 1,
        tokensOut: 1,
        costUsd: null,
      }),
      change: JSON.stringify([{ source: ALL_PAYLOADS, hunks }]),
    });
    await seedCheck(tx, {
      id: check,
      monitor: 'target',
      at: AT,
      outcome: 'Suppressed',
      reason: ALL_PAYLOADS,
      message: ALL_PAYLOADS,
      verdict_id: verdict,
    });
    await seedSnapshot(tx, {
      monitor: 'target',
      check_id: check,
      at: AT,
      source: 'page',
      title: ALL_PAYLOADS,
      final_url: `https://shop.example/${ALL_PAYLOADS}`,
      text_blob: blob,
      screenshot_blob: blob,
    });
    const whole = {
      id: finding,
      check_id: check,
      title: ALL_PAYLOADS,
      summary: ALL_PAYLOADS,
      claims: JSON.stringify(claims),
    };
    for (const [index, text] of PAYLOADS.entries())
      await seedFinding(tx, {
        monitor: 'target',
        title: text,
        summary: text,
        subject: text,
        value: text,
        why: text,
        verdict: 'match',
        claims: JSON.stringify([claims[index]]),
        ...(index === 0 ? whole : {}),
      });
    const alert = await seedAlert(tx, { monitor: 'target', created_at: AT });
    await seedDelivery(tx, { alert_id: alert, channel: 'hook', last_error: ALL_PAYLOADS });
  };

  before(async () => {
    visit = await startVisit();
    ({ api, page } = visit);
    await watch(page, visit.pages.publicUrl);
    const documents = [
      job('target', { description: 'x', tags: ['x'] }),
      webhook('hook'),
      secret('hook'),
    ];
    const body = { documents };
    const made = await api.call('POST', '/api/v1/apply', { token: api.tokens.admin, body });
    assert.equal(made.status, 200, made.text);
    await withWorkspace(api.db.pool('duckmon_owner'), 'team-a', async (tx) => {
      await seedHistory(tx);
      const patch = {
        description: ALL_PAYLOADS,
        tags: PAYLOADS.slice(0, 20),
        sources: [{ name: 'page', url: `https://x.example/${ALL_PAYLOADS}`, select: ALL_PAYLOADS }],
      };
      const conditions = PAYLOADS.map((message, index) => ({
        type: `T${index}`,
        status: 'False',
        reason: 'R',
        message,
        lastTransitionTime: AT,
      }));
      await tx.query(
        `UPDATE monitors SET spec = jsonb_set(spec || $1::jsonb, '{goal,prompt}', to_jsonb($5::text)), conditions = $2, last_message = $3, last_outcome = 'Failed',
           last_check_at = $4 WHERE name = 'target'`,
        [
          JSON.stringify(patch),
          JSON.stringify(conditions),
          ALL_PAYLOADS.slice(0, 256),
          AT,
          ALL_PAYLOADS,
        ],
      );
      await tx.query(
        "UPDATE channels SET spec = spec || jsonb_build_object('description', $1::text)",
        [ALL_PAYLOADS],
      );
    });
    await api.db
      .pool('postgres')
      .query('UPDATE sessions SET user_agent = $1', [ALL_PAYLOADS.slice(0, 500)]);
  });

  after(() => visit?.stop());

  it('are alive where nothing stops them', async () => {
    const open = await visit.pages.browser.newPage();
    let ran = 0;
    await open.exposeFunction('hit', () => (ran += 1));
    for (const text of PAYLOADS.slice(0, 12)) {
      await open.setContent(`<p>${text}`);
      await open.waitForLoadState();
    }
    await open.close();
    assert.ok(ran >= 5, String(ran));
    assert.equal(PAYLOADS.length, 200);
  });

  for (const [place, shown] of [
    ['/', 'target'],
    ['/monitors/target', PAYLOADS[1]],
    ['/monitors/target?part=history', 'Suppressed'],
    ['/monitors/target?part=silence', PAYLOADS[1]],
    ['/monitors/target?part=manifest', 'onerror=hit()'],
    ['/monitors/target/edit', 'target'],
    ['/findings', PAYLOADS[1]],
    [`/findings/${finding}`, PAYLOADS[1]],
    [`/checks/${check}`, PAYLOADS[1]],
    ['/channels', 'hook'],
    ['/account', 'team-a'],
  ] as const)
    it(`D16 D9 run nothing, load nothing and break no policy at ${place.replace(/[0-9a-f-]{36}/, '…')}`, async () => {
      said.length = 0;
      await page.goto(visit.pages.publicUrl + place);
      await page
        .locator('main')
        .getByText(shown ?? '')
        .first()
        .waitFor();
      for (const details of await page.locator('main details').all())
        await details.evaluate('(element) => { element.open = true; }');
      await page.waitForLoadState('networkidle');
      const links = await page.evaluate('[...document.links].map(({ protocol }) => protocol)');
      assert.deepEqual(
        (links as string[]).filter((protocol) => !/^https?:$/.test(protocol)),
        [],
      );
      assert.deepEqual(said, []);
    });

  it('D16 D9 run nothing and load nothing when a mail is opened, and leave no address in it', async () => {
    const mail = await visit.pages.browser.newPage();
    said.length = 0;
    await watch(mail, 'about:');
    for (const text of PAYLOADS) {
      const link = 'https://mon.example/findings/1';
      const html = renderHtml(
        renderContent({
          id: newId(),
          kind: 'finding',
          workspace: 'team-a',
          monitor: 'target',
          severity: 'info',
          title: text,
          summary: text,
          claims: [
            { source: text, subject: text, before: text, after: text, quote: text, side: 'after' },
          ],
          verdict: 'match',
          why: text,
          findingId: newId(),
          checkId: newId(),
          occurredAt: AT.toISOString(),
          link,
          acknowledgeLink: null,
        }),
      );
      assert.ok(!html.includes('evil.example'), text);
      await mail.setContent(html);
      const hrefs = await mail.evaluate('[...document.links].map(({ href }) => href)');
      assert.deepEqual(hrefs, [link]);
    }
    await mail.close();
    assert.deepEqual(said, []);
  });

  it('D16 are no formula in a table', () => {
    for (const text of [...PAYLOADS, '+1', '-1', '@x', '\tx', '=1']) {
      const line = csvLine([text]).replace(/^"/, '');
      assert.doesNotMatch(line, /^[=+\-@\t\r]/, text);
    }
  });

  it('D16 E17 are served as text in a sandbox that runs nothing', async () => {
    const { json } = await api.call('GET', `/api/v1/checks/${check}`, { token: api.tokens.read });
    const [snapshot] = json.snapshots as unknown as { id: string }[];
    said.length = 0;
    const response = await page.goto(
      `${visit.pages.publicUrl}/api/v1/snapshots/${snapshot?.id}/text`,
    );
    assert.match(response?.headers()['content-type'] ?? '', /^text\/plain/);
    assert.match(await page.locator('body').innerText(), /<script>hit\(\)<\/script>/);
    assert.deepEqual(said, []);
  });
});
