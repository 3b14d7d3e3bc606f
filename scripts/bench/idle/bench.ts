/** Bench `idle`: M1, what a whole installation costs when nothing is to be done. */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  startInstallation,
  type Installation,
} from '../../../services/local/testing/installation.ts';
import { installChangedetection, VERSION } from '../changedetection/install.ts';
import { startChangedetection } from '../changedetection/server.ts';
import { startBenchSite, type BenchSite } from '../lib/site.ts';
import type { BenchOptions } from '../lib/options.ts';
import { memoryOf } from '../lib/processTree.ts';
import { figure, valueLine } from '../lib/report.ts';
import { median } from '../lib/statistics.ts';
import { memoryByPart, timeApply, timeRestart } from './installation.ts';

const MONITORS = 200;

const TARGETS = {
  memory: { kind: 'atMost', value: 220 },
  start: { kind: 'atMost', value: 3 },
  apply: { kind: 'atMost', value: 1 },
} as const;

interface Measured {
  readonly start: number;
  readonly memory: number;
  readonly node: number;
  readonly postgres: number;
}

export async function benchIdle(
  { pairs, quick }: BenchOptions,
  say: (line: string) => void,
): Promise<void> {
  const program = installChangedetection(process.env, say);
  const settleMs = quick ? 2_000 : 20_000;
  const site = await startBenchSite();
  try {
    const installation = await startInstallation({
      env: {
        DUCKMON_EGRESS_ALLOW: `127.0.0.1:${site.port}`,
        // As scripts/up sets it.
        NODE_COMPILE_CACHE: path.resolve(import.meta.dirname, '../../../.cache/compiled'),
      },
    });
    try {
      await measureOurs(installation, { site, pairs, settleMs }, say);
    } finally {
      await installation.close();
    }
    await measureTheirs(program, { site, settleMs }, say);
  } finally {
    await site.close();
  }
}

interface Plan {
  readonly site: BenchSite;
  readonly settleMs: number;
}

async function measureOurs(
  installation: Installation,
  { site, pairs, settleMs }: Plan & { readonly pairs: number },
  say: (line: string) => void,
): Promise<void> {
  const measured: Measured[] = [];
  for (let turn = 0; turn < pairs; turn += 1) {
    const start = await timeRestart(installation);
    await delay(settleMs);
    const { node, postgres } = memoryByPart(installation.pid);
    measured.push({ start, node, postgres, memory: node + postgres });
  }
  const of = (value: (each: Measured) => number): number => median(measured.map(value));
  const parts = `Node ${figure(of(({ node }) => node))}, Postgres ${figure(of(({ postgres }) => postgres))}`;
  say(`duckmon, median of ${pairs} starts:`);
  say(
    `  ${valueLine(
      'start to first page',
      of(({ start }) => start),
      's',
      TARGETS.start,
    )}`,
  );
  say(
    `  ${valueLine(
      'idle memory',
      of(({ memory }) => memory),
      'MB',
      TARGETS.memory,
    )} (${parts})`,
  );
  const applied = await timeApply(installation, site.url, MONITORS);
  say(`  ${valueLine(`${MONITORS} monitors applied`, applied, 's', TARGETS.apply)}`);
  await delay(settleMs);
  const with200 = memoryByPart(installation.pid);
  say(
    `  memory with ${MONITORS} monitors: ${figure(with200.node + with200.postgres)} MB (Node ${figure(with200.node)}, Postgres ${figure(with200.postgres)})`,
  );
}

async function measureTheirs(
  program: string,
  { site, settleMs }: Plan,
  say: (line: string) => void,
): Promise<void> {
  const server = await startChangedetection({ program, workers: 10, firstUrl: `${site.url}/0` });
  try {
    await delay(settleMs);
    say(`changedetection.io ${VERSION}, one start:`);
    say(`  ${valueLine('start to first page', server.startSeconds, 's')}`);
    say(`  ${valueLine('idle memory', memoryOf(server.pid) / 1e6, 'MB')}`);
    const urls = Array.from({ length: MONITORS - 1 }, (_, at) => `${site.url}/${at + 1}`);
    const started = performance.now();
    await server.add(urls);
    say(`  ${valueLine(`${MONITORS} watches added`, (performance.now() - started) / 1000, 's')}`);
    await delay(settleMs);
    say(`  ${valueLine(`memory with ${MONITORS} watches`, memoryOf(server.pid) / 1e6, 'MB')}`);
  } finally {
    await server.stop();
  }
}
