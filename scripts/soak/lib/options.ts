/** The command line of the soaks: a name and how long or how much. */
import { SetupError } from '../../../services/core/errors.ts';
import { readArgs } from '../../lib/readArgs.ts';

export interface SoakOptions {
  /** How long `kills`, `faults` and `chaos` go on. */
  readonly minutes: number;
  /** Rebindings, browser checks, changes of leader; each soak has its own number when absent. */
  readonly count: number | undefined;
  /** Monitors of `chaos`; its own number when absent. */
  readonly monitors: number | undefined;
}

export interface SoakCommand extends SoakOptions {
  /** Undefined, also with --help, lists the soaks. */
  readonly name: string | undefined;
}

const MINUTES = 30;

/** @throws SetupError when a flag or a word is wrong. */
export function parseSoak(args: readonly string[]): SoakCommand {
  const { values, positionals } = readArgs({
    args: [...args],
    strict: true,
    allowPositionals: true,
    options: {
      minutes: { type: 'string' },
      count: { type: 'string' },
      monitors: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [name, ...others] = positionals;
  if (others.length > 0)
    throw new SetupError(
      `One soak at a time: ${positionals.join(' ')}; run them one after the other.`,
    );
  const minutes = Number(values.minutes ?? MINUTES);
  if (!(minutes > 0 && minutes <= 10_000))
    throw new SetupError(`--minutes: ${values.minutes} must be a number above 0, at most 10000.`);
  const count = numberOf('--count', values.count, 10_000_000);
  const monitors = numberOf('--monitors', values.monitors, 10_000);
  return { name: values.help ? undefined : name, minutes, count, monitors };
}

function numberOf(flag: string, value: string | undefined, most: number): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!(Number.isInteger(number) && number >= 1 && number <= most))
    throw new SetupError(`${flag}: ${value} must be a whole number, 1 to ${most}.`);
  return number;
}
