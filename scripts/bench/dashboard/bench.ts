/** Bench `dashboard`: A5, the list of ten thousand monitors beside a static copy of itself. */
import { seedMany } from '../../../services/store/testing/monitors.ts';
import { stopTestServer } from '../../../services/store/testing/postgres.ts';
import { notifyEvent } from '../../../services/store/events.ts';
import { withWorkspace } from '../../../services/store/workspace.ts';
import { startVisit, type Visit } from '../../../services/dashboard/testing/visit.ts';
import type { BenchOptions } from '../lib/options.ts';
import { runPairs } from '../lib/pairs.ts';
import { expectContent, figure, ratioLine, valueLine } from '../lib/report.ts';
import { median, ratiosOf, type Pair } from '../lib/statistics.ts';
import { record, serveRecorded, serveShown } from './copy.ts';
import { feedback, load, type Loaded } from './visits.ts';

const MONITORS = 10_000;
const QUICK_MONITORS = 200;
const TARGETS = {
  paint: { kind: 'atMost', value: 1.3 },
  rows: { kind: 'atMost', value: 1_000 },
  feedback: { kind: 'atMost', value: 100 },
  live: { kind: 'atMost', value: 1_000 },
} as const;
const WORKSPACE = 'team-a';

export async function benchDashboard(
  { pairs, quick }: BenchOptions,
  say: (line: string) => void,
): Promise<void> {
  const count = quick ? QUICK_MONITORS : MONITORS;
  const visit = await startVisit();
  try {
    await withWorkspace(visit.api.db.pool('duckmon_owner'), WORKSPACE, (tx) =>
      seedMany(tx, { workspace: WORKSPACE, count, dueAt: visit.api.time.now }),
    );
    await openList(visit, count);
    await loads(visit, pairs, say);
    await actions(visit, pairs, say);
    await live(visit, pairs, say);
  } finally {
    await visit.stop();
    await stopTestServer();
  }
}

async function openList({ page, pages }: Visit, count: number): Promise<void> {
  await page.goto(pages.publicUrl);
  await page.getByText(`of ${count.toLocaleString('en')}`).waitFor();
  const rows = await page.locator('table.monitors tbody tr').count();
  expectContent(rows === 50, `The list has ${rows} rows and not the first 50.`);
}

/** Each in a browser with an empty cache. */
async function loads(visit: Visit, pairs: number, say: (line: string) => void): Promise<void> {
  const { page, pages } = visit;
  const files = await record(page, async () => {
    await page.goto(pages.publicUrl);
    await page.locator('table.monitors tbody tr').first().waitFor();
    await page.waitForLoadState('networkidle');
  });
  const [copy, still] = [await serveRecorded(files), await serveShown(await page.content(), files)];
  const signedIn = await page.context().storageState();
  const from = (address: string) => () => load(pages.browser, address, signedIn);
  try {
    await runPairs(1, from(pages.publicUrl), from(copy.address));
    for (const [name, address, target] of [
      ['the same page with its answers as files', copy.address, TARGETS.paint],
      ['its rows without a script', still.address, undefined],
    ] as const) {
      const measured = await runPairs(pairs, from(pages.publicUrl), from(address), (pair, number) =>
        say(`  pair ${number}: ${shown(pair.ours)} | ${shown(pair.theirs)}`),
      );
      say(`dashboard: ${medians(measured, 'ours')}; ${name}: ${medians(measured, 'theirs')}`);
      const paints = ratiosOf(measured, ({ largestPaint }) => largestPaint);
      say(ratioLine('largest paint', paints, target));
      if (target)
        say(
          valueLine(
            'first rows',
            median(measured.map((pair) => pair.ours.rows)),
            'ms',
            TARGETS.rows,
          ),
        );
    }
  } finally {
    await copy.stop();
    await still.stop();
  }
}

const shown = ({ rows, largestPaint }: Loaded): string =>
  `rows ${figure(rows)} ms, largest paint ${figure(largestPaint)} ms`;

const medians = (pairs: readonly Pair<Loaded>[], side: 'ours' | 'theirs'): string =>
  shown({
    rows: median(pairs.map((pair) => pair[side].rows)),
    largestPaint: median(pairs.map((pair) => pair[side].largestPaint)),
  });

/** What a person presses in the list, until the page shows that it was pressed. */
async function actions({ page }: Visit, pairs: number, say: (line: string) => void): Promise<void> {
  const box = page.locator('table.monitors tbody input[type="checkbox"]').first();
  const tab = (name: string) => page.locator('.tabs button', { hasText: name }).first();
  const times: number[] = [];
  for (let round = 0; round < pairs; round += 1)
    for (const action of [
      () => box.click(),
      () => box.click(),
      () => tab('Paused').click(),
      () => tab('All').click(),
    ]) {
      times.push(await feedback(page, action));
      await page.waitForLoadState('networkidle');
    }
  say(valueLine('press to what it shows', median(times), 'ms', TARGETS.feedback));
  say(`  longest of ${times.length}: ${figure(Math.max(...times))} ms`);
}

/** From the commit of a check to its row in the list. */
async function live(
  { page, api }: Visit,
  pairs: number,
  say: (line: string) => void,
): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < pairs; round += 1) {
    const isOff = round % 2 === 0;
    await withWorkspace(api.db.pool('duckmon_owner'), WORKSPACE, async (tx) => {
      await tx.query(
        "UPDATE monitors SET spec = jsonb_set(spec, '{suspend}', to_jsonb($1::boolean)) WHERE name = 'm0'",
        [isOff],
      );
      await notifyEvent(tx, { workspace: WORKSPACE, kind: 'check', monitor: 'm0' });
    });
    const from = performance.now();
    const row = page.locator('table.monitors tbody tr', {
      has: page.getByText('m0', { exact: true }),
    });
    await row.locator('.badge', { hasText: isOff ? 'Paused' : 'Watching' }).waitFor();
    times.push(performance.now() - from);
  }
  say(valueLine('commit to the row in the list', median(times), 'ms', TARGETS.live));
}
