import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { job, secret, webhook, type TestApi } from '../api/testing/api.ts';
import { newId } from '../core/ids.ts';
import {
  insertRow,
  seedAlert,
  seedCheck,
  seedDelivery,
  seedFinding,
  seedVerdict,
} from '../store/testing/rows.ts';
import { withWorkspace, type Tx } from '../store/workspace.ts';
import { axeViolations } from './testing/axe.ts';
import { overflows } from './testing/pages.ts';
import { startVisit, type Visit } from './testing/visit.ts';
import { first } from './web/src/texts/en/first.ts';
import { later } from './web/src/texts/en/later.ts';

const [check, verdict, finding] = [newId(), newId(), newId()];

const textsOf = (group: object): string[] =>
  Object.values(group).flatMap((text: unknown) =>
    typeof text === 'string' ? [text] : textsOf(text as object),
  );

const VERDICT = {
  verdict: 'undetermined',
  why: 'no_evidence',
  relevance: 0,
  summary: '',
  reason: '',
  claims: [],
  droppedClaims: [{ why: 'notFound', found: '' }],
};

/** Sentences and names of several words, with nothing to be filled in. */
const ENGLISH = textsOf({ ...first, ...later }).filter((text) => /^[^{<]* [^{<]*$/.test(text));

/** All that a page says to eyes and to screen readers. */
const SAID = `[document.body.innerText, ...[...document.querySelectorAll('*')].flatMap((each) =>
  [each.ariaLabel, each.title, each.alt, each.placeholder, each.dataset?.label])].join('\\n')`;

async function seed(tx: Tx, now: Date): Promise<void> {
  const row = { monitor: 'duck', at: now, outcome: 'Suppressed', stage: 'judged' };
  await seedCheck(tx, { ...row, id: check, reason: 'noMatch', verdict_id: verdict });
  await seedCheck(tx, { ...row, outcome: 'Failed', stage: 'fetched', reason: 'nameNotFound' });
  await seedVerdict(tx, {
    id: verdict,
    check_id: check,
    monitor: 'duck',
    at: now,
    suppressed: 'noMatch',
    verdict: JSON.stringify(VERDICT),
  });
  await seedFinding(tx, { id: finding, monitor: 'duck', severity: 'warning', seen_count: 2 });
  for (const [ago, number] of ['1234.5', null].entries())
    await insertRow(tx, 'value_points', {
      workspace_id: 'team-a',
      monitor: 'duck',
      source: 'page',
      at: new Date(now.getTime() - ago * 60_000),
      check_id: newId(),
      retention_days: 30,
      name: 'price',
      ...(number === null
        ? { why: 'notFound', found: '' }
        : { number, unit: 'EUR', found: number }),
    });
  const alert = await seedAlert(tx);
  await seedDelivery(tx, { alert_id: alert, channel: 'hook' });
}

describe('a person who reads German', function () {
  this.timeout(120_000);
  let visit: Visit;
  let api: TestApi;
  let page: Page;

  before(async () => {
    visit = await startVisit();
    ({ api, page } = visit);
    const values = [{ name: 'price', select: '.price', unit: '€' }];
    const made = await api.call('POST', '/api/v1/apply', {
      token: api.tokens.admin,
      body: { documents: [secret('hook'), webhook('hook'), job('duck', { values })] },
    });
    assert.equal(made.status, 200, made.text);
    await withWorkspace(api.db.pool('duckmon_owner'), 'team-a', (tx) => seed(tx, api.time.now));
    await page.clock.setFixedTime(api.time.now);
    await page.goto(`${visit.pages.publicUrl}/account`);
    await page.getByLabel('Language').selectOption('Deutsch');
    await page.getByLabel('Sprache').waitFor();
  });

  after(() => visit?.stop());

  for (const [place, words] of [
    ['/', '1.234,5 €'],
    ['/monitors/duck', 'Warum (nicht) gemeldet'],
    ['/monitors/duck?part=values', '1.234,5 € bei jeder Prüfung.'],
    ['/monitors/duck?part=history', 'Name nicht gefunden'],
    ['/monitors/duck?part=silence', 'die Änderung ist nicht die, nach der Sie gefragt haben'],
    ['/monitors/duck?part=manifest', 'Der Monitor mit allen Voreinstellungen.'],
    [`/checks/${check}`, 'Trotzdem melden'],
    ['/findings', '2 Mal gesehen'],
    [`/findings/${finding}`, 'Zuletzt gesehen'],
    ['/channels', 'Nicht zustellbar'],
    ['/account/feeds', 'Sie haben hier keine Feeds.'],
    ['/acknowledge?token=x', 'Diesen Befund bestätigen?'],
    ['/confirm?token=x', 'Möchten Sie Meldungen per E-Mail?'],
    ['/unsubscribe?token=x', 'Diese E-Mails abbestellen?'],
  ] as const)
    it(`reads nothing else at ${place.replace(/(checks|findings)\/.*/, '$1/…')}`, async () => {
      await page.goto(visit.pages.publicUrl + place);
      await page.getByText(words).first().waitFor();
      await page.waitForLoadState('networkidle');
      const said = await page.evaluate<string>(SAID);
      assert.deepEqual(
        ENGLISH.filter((text) => said.includes(text)),
        [],
      );
      assert.equal(await page.getAttribute('html', 'lang'), 'de');
      assert.deepEqual(await axeViolations(page), []);
      assert.deepEqual(await overflows(page), [0, 0]);
    });
});
