/** Flags of the command line, with a sentence for the person when one is wrong. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { messageOf, SetupError } from '../../services/core/errors.ts';

/** As `parseArgs`. @throws SetupError when a flag is unknown or lacks its value. */
export function readArgs<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new SetupError(messageOf(error));
  }
}
