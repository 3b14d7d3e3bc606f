/** What an installation of duckmon costs before it does anything. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Installation } from '../../../services/local/testing/installation.ts';
import { apply, monitorOf } from '../lib/monitors.ts';
import { memoryOf, processTree } from '../lib/processTree.ts';
import { expectContent } from '../lib/report.ts';

const PATIENCE_MS = 60_000;

/**
 * Stops it, starts it again, and waits for the dashboard's page.
 * @returns seconds from the start of the process.
 */
export async function timeRestart(installation: Installation): Promise<number> {
  await installation.stop();
  const started = performance.now();
  const ready = installation.restart();
  const [answered] = await Promise.all([untilPage(installation.dashboard), ready]);
  return (answered - started) / 1000;
}

/** Asks until a page comes; returns when it came, on the clock of `performance.now`. */
async function untilPage(url: string): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    // Refused until it listens.
    const page = await fetch(url).catch(() => undefined);
    if (page?.ok && (await page.text()).includes('<html')) return performance.now();
    expectContent(
      performance.now() < deadline,
      `The dashboard did not answer within ${PATIENCE_MS / 1000} s of the start.`,
    );
    await delay(10);
  }
}

/**
 * Applies `count` monitors of one site in one call.
 * @returns seconds until the api has answered.
 */
export async function timeApply(
  installation: Installation,
  site: string,
  count: number,
): Promise<number> {
  const monitors = Array.from({ length: count }, (_, at) =>
    monitorOf({ name: `shop-${at}`, url: `${site}/${at}` }),
  );
  const started = performance.now();
  await apply(installation, monitors);
  return (performance.now() - started) / 1000;
}

/** Memory in MB by part: Node with all services, and Postgres with its processes. */
export function memoryByPart(pid: number): { readonly node: number; readonly postgres: number } {
  const tree = processTree(pid);
  const database = tree.find(({ name, parent }) => name === 'postgres' && parent === pid);
  expectContent(database !== undefined, 'No Postgres was found below the process.');
  const others = tree.filter(({ pid: each, name }) => each !== pid && name !== 'postgres');
  expectContent(
    others.length === 0,
    `Beside Node and Postgres ran ${others.map(({ name }) => name).join(', ')}.`,
  );
  const postgres = memoryOf(database.pid) / 1e6;
  return { node: memoryOf(pid) / 1e6 - postgres, postgres };
}
