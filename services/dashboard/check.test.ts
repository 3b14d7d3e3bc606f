import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { job, type TestApi } from '../api/testing/api.ts';
import { REJUDGE_PATH, TELL_PATH } from '../core/contracts/scheduler.ts';
import { newId } from '../core/ids.ts';
import { putBlob } from '../store/blobs.ts';
import { seedCheck, seedSnapshot, seedVerdict } from '../store/testing/rows.ts';
import { withWorkspace, type Tx } from '../store/workspace.ts';
import { axeViolations } from './testing/axe.ts';
import { overflows } from './testing/pages.ts';
import { startVisit, type Visit } from './testing/visit.ts';

const HUNK = {
  id: 'h1',
  kind: 'changed',
  section: 'Rubber ducks',
  before: 'Price: 40 €',
  after: 'Price: 35 €',
  context: { above: 'Shop', below: 'Open daily' },
  words: [
    { op: 'equal', text: 'Price: ' },
    { op: 'removed', text: '40' },
    { op: 'added', text: '35' },
    { op: 'equal', text: ' €' },
  ],
};
const CLAIM = {
  source: 'page',
  kind: 'changed',
  subject: 'Price',
  before: '40 €',
  after: '35 €',
  quote: 'Price: 35 €',
  side: 'after',
};
const verdictOf = (verdict: string, summary: string, claims: readonly object[] = []) =>
  JSON.stringify({ verdict, relevance: 20, summary, reason: '', claims, droppedClaims: [] });
const PROVENANCE = JSON.stringify({
  model: 'duck-1',
  promptVersion: 'p1',
  cacheHit: false,
  tokensIn: 321,
  tokensOut: 45,
  costUsd: '0.000123',
});
const AT = new Date('2026-03-01T11:00:00Z');

describe('a person who looks at a check', function () {
  this.timeout(120_000);
  let visit: Visit;
  let api: TestApi;
  let page: Page;
  const [check, verdict, again, gated] = [newId(), newId(), newId(), newId()];
  const change = JSON.stringify([{ source: 'page', hunks: [HUNK] }]);

  const seed = (work: (tx: Tx) => Promise<unknown>): Promise<unknown> =>
    withWorkspace(api.db.pool('duckmon_owner'), 'team-a', work);

  before(async () => {
    visit = await startVisit();
    ({ api, page } = visit);
    await seed(async (tx) => {
      const content = Buffer.from('Shop\nRubber ducks\nPrice: 35 €\nOpen daily');
      const hash = await putBlob(
        tx,
        'team-a',
        { mediaType: 'text/plain', content, keepUntil: new Date('2027-01-01') },
        AT,
      );
      await seedSnapshot(tx, { check_id: check, at: AT, text_blob: hash });
      const row = { at: AT, outcome: 'Suppressed', stage: 'evidence', reason: 'noMatch' };
      await seedCheck(tx, { ...row, id: check, verdict_id: verdict });
      await seedVerdict(tx, {
        id: verdict,
        check_id: check,
        at: AT,
        suppressed: 'noMatch',
        verdict: verdictOf('no_match', 'Only the price moved a little.'),
        provenance: PROVENANCE,
        change,
      });
      await seedCheck(tx, {
        ...row,
        id: gated,
        stage: 'diffed',
        reason: 'noise',
        sources: JSON.stringify([{ source: 'page', added: 2, hunks: [HUNK] }]),
      });
    });
  });

  after(() => visit?.stop());

  const open = async (id: string = check): Promise<void> => {
    await page.goto(`${visit.pages.publicUrl}/checks/${id}`);
    await page.getByRole('heading', { name: /^Check/ }).waitFor();
  };

  it('reads the change word by word, why nobody was told, and what it cost', async () => {
    await open();
    await page.getByText('Not told: the change is not what you asked for.').waitFor();
    await page.getByText('duck-1, 321 + 45 tokens, $0.000123').waitFor();
    assert.equal(await page.locator('.hunk del').textContent(), '40');
    assert.equal(await page.locator('.hunk ins').textContent(), '35');
  });

  it('has it judged again and sees the new verdict beside the old one, with its quote in the text', async () => {
    api.answers.set(REJUDGE_PATH, () => ({ verdict: again }));
    await seed((tx) =>
      seedVerdict(tx, {
        id: again,
        check_id: check,
        at: new Date('2026-03-01T11:30:00Z'),
        suppressed: 'judgedByHand',
        verdict: verdictOf('match', 'The price fell to 35 €.', [CLAIM]),
        provenance: PROVENANCE,
        change,
      }),
    );
    await page.getByRole('button', { name: 'Judge again' }).click();
    const shown = page.getByRole('region', { name: 'Judged again' });
    await shown.getByText('The price fell to 35 €.').waitFor();
    await page.getByText('Only the price moved a little.').waitFor();
    await page.getByText('The text of page').click();
    assert.equal(await page.locator('pre.text mark').textContent(), 'Price: 35 €');
    assert.deepEqual(api.sent.at(-1)?.slice(0, 2), ['POST', REJUDGE_PATH]);
  });

  it('says that it should be told, once', async () => {
    api.answers.set(TELL_PATH, () => ({ kind: 'told', findings: [newId()] }));
    const shown = page.getByRole('region', { name: 'Judged again' });
    const told = page.waitForResponse((response) => response.url().endsWith('/tell'));
    await shown.getByRole('button', { name: 'Tell us anyway' }).click();
    assert.equal((await told).status(), 200);
    const [, path, body] = api.sent.at(-1) ?? [];
    assert.equal(path, TELL_PATH);
    assert.equal((body as { verdict: string }).verdict, again);
    await seed((tx) => tx.query('UPDATE verdicts SET suppressed = NULL WHERE id = $1', [again]));
    await page.reload();
    await shown.waitFor();
    assert.equal(await shown.getByRole('button').count(), 0);
  });

  it('says in the list of what nobody was told that it was right so', async () => {
    const body = { documents: [job('shop')] };
    const made = await api.call('POST', '/api/v1/apply', { token: api.tokens.admin, body });
    assert.equal(made.status, 200, made.text);
    await page.goto(`${visit.pages.publicUrl}/monitors/shop?part=silence`);
    const silent = page.getByRole('listitem').filter({ hasText: 'Only the price moved a little.' });
    await silent.getByRole('button', { name: 'Right' }).click();
    await silent.getByText('1 right, 0 wrong').waitFor();
    assert.deepEqual(await axeViolations(page), []);
    assert.deepEqual(await overflows(page), [0, 0]);
    await silent.getByRole('button', { name: 'Right' }).click();
    await silent.getByRole('button', { name: 'Right', pressed: false }).waitFor();
    await open();
  });

  it('says by keyboard that the silence was wrong', async () => {
    const wrong = page
      .getByRole('group', { name: 'Was this right?' })
      .getByRole('button', { name: 'Wrong' });
    await wrong.focus();
    await page.keyboard.press('Enter');
    await page.getByText('0 right, 1 wrong').waitFor();
    const { json } = await api.call('GET', '/api/v1/cases', { token: api.tokens.read });
    assert.equal(json.items[0].expected, 'match');
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`has nothing that axe finds wrong, in the ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await open();
      await page.getByText('The text of page').click();
      await page.locator('pre.text').waitFor();
      assert.deepEqual(await axeViolations(page), []);
      assert.deepEqual(await overflows(page), [0, 0]);
    });

  it('sees what changed though a gate kept it from the judge, and may have it judged', async () => {
    await open(gated);
    await page.getByText('Nothing was judged in this check.').waitFor();
    assert.equal(await page.locator('.hunk ins').textContent(), '35');
    await page.getByRole('button', { name: 'Judge again' }).waitFor();
  });

  it('A20 has seen nothing that its browser complained about', () => {
    assert.deepEqual(visit.complaints, []);
  });
});
