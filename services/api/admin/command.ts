/** What is asked of the entry point by its arguments. Pure. */
import { parseArgs } from 'node:util';
import { messageOf, SetupError } from '../../core/errors.ts';
import { PLATFORM_WORKSPACE } from '../../store/workspace.ts';

export type Command =
  | { readonly verb: 'sign-in' | 'revoke-all' | 'users' }
  | { readonly verb: 'disable' | 'enable'; readonly user: string }
  /** `chain` is a workspace, or that of the whole installation. */
  | { readonly verb: 'audit verify' | 'audit export'; readonly chain: string };

export interface Asked {
  readonly command: Command;
  /** A line of JSON for each thing that is said, instead of a sentence. */
  readonly json: boolean;
  /** Why, for the audit. */
  readonly reason: string | undefined;
  /** Who the caller says to be; whoever may exec is let in, so it proves nothing. */
  readonly askedBy: string | undefined;
}

export const USAGE =
  'usage: main.ts sign-in | revoke-all | disable USER | enable USER | users | audit verify|export [--workspace NAME]   [--json] [--reason TEXT] [--asked-by NAME]';

const MOST_CHARACTERS = 500;
const options = {
  json: { type: 'boolean', default: false },
  workspace: { type: 'string' },
  reason: { type: 'string' },
  'asked-by': { type: 'string' },
} as const;

/** @throws SetupError that names what is wrong and how it is written. */
export function parseAsked(argv: readonly string[]): Asked {
  const { positionals, values } = parsed(argv);
  const command = commandOf(positionals, values.workspace);
  if (!command) throw wrong(`${JSON.stringify(positionals.join(' '))} is no command`);
  if (values.workspace !== undefined && !('chain' in command))
    throw wrong('--workspace is for audit verify and audit export alone');
  for (const name of ['reason', 'asked-by'] as const)
    if ((values[name]?.length ?? 0) > MOST_CHARACTERS)
      throw wrong(`--${name} has more than ${MOST_CHARACTERS} characters`);
  return { command, json: values.json, reason: values.reason, askedBy: values['asked-by'] };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw wrong(messageOf(error));
  }
}

const wrong = (what: string): SetupError => new SetupError(`${what}; ${USAGE}`);

function commandOf(
  [word, second, ...more]: readonly string[],
  chain = PLATFORM_WORKSPACE,
): Command | undefined {
  if (more.length > 0) return undefined;
  if (word === 'audit' && (second === 'verify' || second === 'export'))
    return { verb: `audit ${second}`, chain };
  if ((word === 'disable' || word === 'enable') && second !== undefined && second !== '')
    return { verb: word, user: second };
  const stands = word === 'sign-in' || word === 'revoke-all' || word === 'users';
  return stands && second === undefined ? { verb: word } : undefined;
}
