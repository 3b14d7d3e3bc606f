/** Runs one bench by its name: `npm run bench -- claim`. */
import { messageOf, SetupError } from '../../services/core/errors.ts';
import { parseBench, type BenchOptions } from './lib/options.ts';
import { ContentError } from './lib/report.ts';

interface Bench {
  readonly summary: string;
  readonly run: (options: BenchOptions, say: (line: string) => void) => Promise<void>;
}

const BENCHES: Readonly<Record<string, Bench>> = {
  claim: {
    summary: 'claiming due monitors, against the raw SKIP LOCKED loop on the same Postgres',
    run: async (...args) => (await import('./claim/bench.ts')).benchClaim(...args),
  },
  idle: {
    summary: 'M1: memory, start and applying of an idle installation, beside changedetection.io',
    run: async (...args) => (await import('./idle/bench.ts')).benchIdle(...args),
  },
  http: {
    summary: 'H1: checks of unchanged pages with their commit, against changedetection.io',
    run: async (...args) => (await import('./http/bench.ts')).benchHttp(...args),
  },
  browser: {
    summary: 'B1, B2, B3, B5: isolated checks by Chromium, against a raw CDP loop and Crawlee',
    run: async (...args) => (await import('./browser/bench.ts')).benchBrowser(...args),
  },
  dashboard: {
    summary: 'A5: the list of 10,000 monitors, against a static copy of it',
    run: async (...args) => (await import('./dashboard/bench.ts')).benchDashboard(...args),
  },
  operator: {
    summary: 'O1, O2, O4: MonitorJobs on a real API server, against bare PATCHes and an informer',
    run: async (...args) => (await import('./operator/bench.ts')).benchOperator(...args),
  },
};

const HELP = `Usage: npm run bench -- NAME [--pairs N] [--quick]

${Object.entries(BENCHES)
  .map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
  .join('\n')}

  --pairs N  interleaved pairs of turns (default 5); their median and range are printed
  --quick    a small run that shows that a bench works; its figures count for nothing

A bench ends with an error when what it measured was not what it says. A target that was missed is
printed and is no error: machines differ. Run it with nothing else on the machine.
`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function main(args: readonly string[]): Promise<number> {
  const { name, ...options } = parseBench(args);
  if (name === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (!bench) throw new SetupError(`There is no bench ${name}; see npm run bench.`);
  say(`${new Date().toISOString()} bench ${name}${options.quick ? ' (quick)' : ''}`);
  await bench.run(options, say);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const known = error instanceof SetupError || error instanceof ContentError;
  process.stderr.write(
    `duckmon: ${known ? messageOf(error) : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = 1;
}
