/** The command line of the soaks: a name and how long or how much. */
import { parseArgs } from 'node:util';

export interface SoakOptions {
  /** How long `kills` and `faults` go on. */
  readonly minutes: number;
  /** Rebindings, browser checks, changes of leader; each soak has its own number when absent. */
  readonly count: number | undefined;
}

export interface SoakCommand extends SoakOptions {
  /** Undefined lists the soaks. */
  readonly name: string | undefined;
}

const MINUTES = 30;

/** @throws Error with a sentence for the person when a flag or a word is wrong. */
export function parseSoak(args: readonly string[]): SoakCommand {
  const { values, positionals } = parseArgs({
    args: [...args],
    strict: true,
    allowPositionals: true,
    options: { minutes: { type: 'string' }, count: { type: 'string' } },
  });
  const [name, ...others] = positionals;
  if (others.length > 0)
    throw new Error(`One soak at a time: ${positionals.join(' ')}; run them one after the other.`);
  const minutes = Number(values.minutes ?? MINUTES);
  if (!(minutes > 0 && minutes <= 10_000))
    throw new Error(`--minutes: ${values.minutes} must be a number above 0, at most 10000.`);
  const count = values.count === undefined ? undefined : Number(values.count);
  if (count !== undefined && !(Number.isInteger(count) && count >= 1 && count <= 10_000_000))
    throw new Error(`--count: ${values.count} must be a whole number, 1 to 10000000.`);
  return { name, minutes, count };
}
