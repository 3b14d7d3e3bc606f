/** Runs one soak by its name: `npm run soak -- kills --minutes 30`. */
import { messageOf, SetupError } from '../../services/core/errors.ts';
import { ContentError } from '../bench/lib/report.ts';
import { parseSoak, type SoakOptions } from './lib/options.ts';

interface Soak {
  readonly summary: string;
  readonly run: (options: SoakOptions, say: (line: string) => void) => Promise<void>;
}

const SOAKS: Readonly<Record<string, Soak>> = {
  rebinding: {
    summary:
      'names that change their address between two questions, against the egress proxy (10,000)',
    run: async (...args) => (await import('./rebinding/soak.ts')).soakRebinding(...args),
  },
  mutations: {
    summary: 'each fence against a page that looks around inside is taken down; a test must fail',
    run: async (...args) => (await import('./mutations/soak.ts')).soakMutations(...args),
  },
  tunnels: {
    summary: 'tunnels through the egress proxy beside others who use it (100,000)',
    run: async (...args) => (await import('./tunnels/soak.ts')).soakTunnels(...args),
  },
  timing: {
    summary: 'refused internal calls, whose time must not tell what was wrong (100,000)',
    run: async (...args) => (await import('./timing/soak.ts')).soakTiming(...args),
  },
  kills: {
    summary: 'SIGKILLs while pages change; every change must be told (30 minutes)',
    run: async (...args) => (await import('./kills/soak.ts')).soakKills(...args),
  },
  browser: {
    summary:
      'browser checks, of which some leak, hang, crash or flood; nothing grows or is left (2,000)',
    run: async (...args) => (await import('./browser/soak.ts')).soakBrowser(...args),
  },
  leader: {
    summary: 'pairs of operators, of which the leader dies; one takes over, never two lead (500)',
    run: async (...args) => (await import('./leader/soak.ts')).soakLeader(...args),
  },
  faults: {
    summary: 'an operator whose ways to API server and scheduler break; all heals (30 minutes)',
    run: async (...args) => (await import('./faults/soak.ts')).soakFaults(...args),
  },
  chaos: {
    summary:
      'the whole system on a node, of which something dies every 10 s; nothing is lost (30 minutes)',
    run: async (...args) => (await import('./chaos/soak.ts')).soakChaos(...args),
  },
};

const HELP = `Usage: npm run soak -- NAME [--minutes N] [--count N] [--monitors N]

${Object.entries(SOAKS)
  .map(([name, { summary }]) => `  ${name.padEnd(11)}${summary}`)
  .join('\n')}

A soak ends with an error when what must hold did not.
`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function main(args: readonly string[]): Promise<void> {
  const { name, ...options } = parseSoak(args);
  if (name === undefined) {
    process.stdout.write(HELP);
    return;
  }
  const soak = Object.hasOwn(SOAKS, name) ? SOAKS[name] : undefined;
  if (!soak) throw new SetupError(`There is no soak ${name}; see npm run soak.`);
  say(`${new Date().toISOString()} soak ${name}`);
  await soak.run(options, say);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const known = error instanceof SetupError || error instanceof ContentError;
  process.stderr.write(
    `duckmon: ${known ? messageOf(error) : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = 1;
}
