/** The command line of the benches: a name and two flags. */
import { SetupError } from '../../../services/core/errors.ts';
import { readArgs } from '../../lib/readArgs.ts';

export interface BenchOptions {
  /** Interleaved pairs of turns. */
  readonly pairs: number;
  /** Smaller and shorter, to see that a bench works; its figures count for nothing. */
  readonly quick: boolean;
}

export interface BenchCommand extends BenchOptions {
  /** Undefined, also with --help, lists the benches. */
  readonly name: string | undefined;
}

const PAIRS = 5;
const QUICK_PAIRS = 2;

/** @throws SetupError when a flag or a word is wrong. */
export function parseBench(args: readonly string[]): BenchCommand {
  const { values, positionals } = readArgs({
    args: [...args],
    strict: true,
    allowPositionals: true,
    options: {
      pairs: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [name, ...others] = positionals;
  if (others.length > 0)
    throw new SetupError(
      `One bench at a time: ${positionals.join(' ')}; run them one after the other.`,
    );
  const pairs = Number(values.pairs ?? (values.quick ? QUICK_PAIRS : PAIRS));
  if (!Number.isInteger(pairs) || pairs < 1 || pairs > 1000)
    throw new SetupError(`--pairs: ${values.pairs} must be a whole number, 1 to 1000.`);
  return { name: values.help ? undefined : name, pairs, quick: values.quick };
}
