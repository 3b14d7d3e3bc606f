import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { job, secret, webhook, type TestApi } from '../api/testing/api.ts';
import { newId } from '../core/ids.ts';
import { seedAlert, seedCheck, seedDelivery, seedFinding } from '../store/testing/rows.ts';
import { withWorkspace } from '../store/workspace.ts';
import { axeViolations } from './testing/axe.ts';
import { overflows } from './testing/pages.ts';
import { startVisit, type Visit } from './testing/visit.ts';

/** Numbers everything that a keyboard should reach, and says how much that is. Runs in the page. */
const MARK = `[...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
  .filter((each) => !each.disabled && each.getClientRects().length > 0 && !each.closest('dialog:not([open])'))
  .map((each, index) => { each.dataset.reach = index; return index; }).length`;
const FOCUSED = 'document.activeElement?.dataset.reach';
/** What moves although it should not: names of elements with an animation or a transition that takes time. */
const MOVING = `[...document.querySelectorAll('*')].filter((each) => {
  const { animationName, animationDuration, transitionDuration } = getComputedStyle(each);
  const takesTime = (list) => list.split(',').some((time) => Number.parseFloat(time) > 0.01);
  return (animationName !== 'none' && takesTime(animationDuration)) || takesTime(transitionDuration);
}).map((each) => each.tagName + '.' + each.className)`;

describe('every page for people who see, hear or move otherwise', function () {
  this.timeout(180_000);
  let visit: Visit;
  let api: TestApi;
  let page: Page;
  const [finding, check] = [newId(), newId()];

  before(async () => {
    visit = await startVisit();
    ({ api, page } = visit);
    const documents = [job('shop'), webhook('hook'), secret('hook')];
    const made = await api.call('POST', '/api/v1/apply', {
      token: api.tokens.admin,
      body: { documents },
    });
    assert.equal(made.status, 200, made.text);
    await withWorkspace(api.db.pool('duckmon_owner'), 'team-a', async (tx) => {
      const at = api.time.now;
      await seedCheck(tx, { id: check, at, outcome: 'Failed', message: 'The page is away' });
      await seedFinding(tx, { id: finding, check_id: check });
      const alert = await seedAlert(tx);
      await seedDelivery(tx, { alert_id: alert, channel: 'hook', last_error: 'status 500' });
    });
    await page.emulateMedia({ reducedMotion: 'reduce' });
  });

  after(() => visit?.stop());

  const open = async (place: string): Promise<void> => {
    await page.goto(visit.pages.publicUrl + place);
    await page.locator('h1').first().waitFor();
    await page.waitForLoadState('networkidle');
  };

  for (const place of [
    `/findings/${finding}`,
    `/checks/${check}`,
    '/channels',
    '/account/security',
    '/account/tokens',
    '/account/data',
    '/members',
    '/invitation?token=none',
    '/acknowledge?token=none',
    '/confirm?token=none',
    '/unsubscribe?token=none',
    '/nothing-is-here',
  ]) {
    const name = place.replace(/[0-9a-f-]{36}/, '…');

    it(`${name} has nothing that axe finds wrong, light and dark, and fits a phone`, async () => {
      await open(place);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await axeViolations(page), []);
      }
      assert.deepEqual(await overflows(page), [0, 0]);
    });

    it(`${name} is worked by keyboard alone, and holds still for who asks that`, async () => {
      await open(place);
      const count = await page.evaluate<number>(MARK);
      const reached = new Set<unknown>();
      for (let pressed = 0; pressed < count + 3; pressed += 1) {
        await page.keyboard.press('Tab');
        reached.add(await page.evaluate(FOCUSED));
      }
      const missed = Array.from({ length: count }, (_, index) => String(index)).filter(
        (each) => !reached.has(each),
      );
      assert.deepEqual(missed, []);
      assert.deepEqual(await page.evaluate(MOVING), []);
    });
  }

  it('acknowledges from the link of a mail by keyboard alone', async () => {
    const token = await api.oneTimeToken('acknowledge', finding);
    await open(`/acknowledge?token=${token}`);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Acknowledged: Price fell').waitFor();
    assert.deepEqual(await axeViolations(page), []);
  });
});
