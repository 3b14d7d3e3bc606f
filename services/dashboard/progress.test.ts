import assert from 'node:assert/strict';
import { job } from '../api/testing/api.ts';
import { notifyEvent } from '../store/events.ts';
import { withWorkspace } from '../store/workspace.ts';
import { startVisit, type Visit } from './testing/visit.ts';
import { isChecking, nextLookMs } from './web/src/parts/progress.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const at = (seconds: number) => ({
  spec: { suspend: false },
  status: { nextCheck: new Date(NOW + seconds * 1000).toISOString() },
});

describe('when to look whether a check runs', () => {
  for (const [what, seconds, ms] of [
    ['when the first is due', [12, 20, 600], 12_000],
    ['often while one should have begun a moment ago', [-2, 20], 700],
    ['calmly while the first is far away', [600], 30_000],
    ['calmly where one waits for long', [-11], 30_000],
    ['calmly where there is none', [], 30_000],
  ] as const)
    it(`is ${what}`, () => assert.equal(nextLookMs(seconds.map(at), NOW), ms));

  it('knows that one runs by there being no next one', () => {
    const ready = (status: 'True' | 'False') =>
      [{ type: 'Ready', status, reason: '', message: '', lastTransitionTime: '' }] as const;
    const running = { spec: { suspend: false }, status: { conditions: ready('True') } };
    assert.equal(isChecking(running), true);
    assert.equal(isChecking({ ...running, spec: { suspend: true } }), false);
    assert.equal(isChecking({ ...running, status: { conditions: ready('False') } }), false);
    assert.equal(isChecking(at(5)), false);
    assert.equal(isChecking({ spec: { suspend: false } }), false);
  });
});

describe('a person who watches a check', function () {
  this.timeout(60_000);
  let visit: Visit;

  before(async () => {
    visit = await startVisit();
    visit.page.setDefaultTimeout(15_000);
    const made = await visit.api.call('POST', '/api/v1/apply', {
      token: visit.api.tokens.admin,
      body: { documents: [job('shop')] },
    });
    assert.equal(made.status, 200, made.text);
  });

  after(() => visit?.stop());

  const store = (set: string, values: readonly unknown[] = [], told = false): Promise<void> =>
    withWorkspace(visit.api.db.pool('duckmon_owner'), 'team-a', async (tx) => {
      await tx.query(`UPDATE monitors SET ${set}`, values);
      if (told) await notifyEvent(tx, { workspace: 'team-a', kind: 'check', monitor: 'shop' });
    });
  /** By the clock of the browser, which is this one's. */
  const due = (): Date => new Date(Date.now() + 3_000);

  for (const place of ['/', '/monitors/shop'])
    it(`sees at ${place} that it runs, though no event tells it, and that it is over`, async () => {
      const { page, pages, api } = visit;
      await store('lease_until = NULL, next_due_at = $1', [due()]);
      await page.goto(pages.publicUrl + place);
      await page.locator('main time').first().waitFor();
      assert.equal(await page.getByText('Checking now').count(), 0);
      const end = new Date(api.time.now.getTime() + 60_000);
      await store('lease_until = $1, next_due_at = $1', [end]);
      await page.getByText('Checking now').waitFor();
      await store('lease_until = NULL, next_due_at = $1', [end], true);
      await page.getByText('Checking now').waitFor({ state: 'detached' });
    });
});
