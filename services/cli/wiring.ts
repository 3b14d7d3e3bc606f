/** How commands are wired to the command line, and the flags that several share. */
import { type Command, Option } from 'commander';
import { parseDuration } from '../domain/duration.ts';
import { parseCount } from './commands/act.ts';
import type { Context } from './commands/context.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { parseFormat } from './output.ts';

type Action = (context: Context, ...args: never[]) => Promise<ExitCode> | ExitCode;

/** A program whose actions leave their exit code in `done`. */
export interface Wiring {
  readonly program: Command;
  /** Wraps an action: hands it the context, keeps its exit code. */
  readonly does: (action: Action) => (...args: unknown[]) => Promise<void>;
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];
/** `-f`, which may be repeated. */
export const files = (): Option =>
  new Option('-f, --filename <file>', 'file, folder, or - for standard input; may be repeated')
    .argParser(collect)
    .makeOptionMandatory();
/** `-o`. */
export const output = (): Option =>
  new Option('-o, --output <format>', 'table, json, yaml or name')
    .argParser(parseFormat)
    .default('table');
/** `--limit`. */
export const limit = (): Option =>
  new Option('--limit <n>', 'how many at most').argParser((text) => parseCount('--limit', text));

/** Reads a flag's duration as milliseconds. @throws CliError that names the flag. */
export function duration(flag: string) {
  return (text: string): number => {
    try {
      return parseDuration(text);
    } catch (error) {
      throw new CliError(EXIT.usage, `${flag} ${text}: must be a duration such as 90s, 15m or 4h`, {
        cause: error,
      });
    }
  };
}
