/** What is asked of the entry point by its arguments. Pure. */
import { parseArgs } from 'node:util';
import { parseHead, type CopiedHead } from '../../core/contracts/auditCopy.ts';
import { messageOf, SetupError } from '../../core/errors.ts';
import { PLATFORM_WORKSPACE } from '../../store/workspace.ts';

/** Whose data it is about. */
export type Subject =
  | { readonly kind: 'account'; readonly user: string }
  | { readonly kind: 'workspace'; readonly workspace: string };

export type Command =
  | { readonly verb: 'sign-in' | 'revoke-all' }
  | { readonly verb: 'users'; readonly inactiveDays: number | undefined; readonly csv: boolean }
  | { readonly verb: 'disable' | 'enable'; readonly user: string }
  | { readonly verb: 'grant-admin'; readonly user: string }
  | { readonly verb: 'revoke-admin'; readonly user: string; readonly force: boolean }
  /** `chain` is a workspace, or that of the whole installation. */
  | {
      readonly verb: 'audit verify';
      readonly chain: string;
      /** Of copies that are kept elsewhere: in a file, and by themselves. */
      readonly against: string | undefined;
      readonly heads: readonly CopiedHead[];
    }
  | { readonly verb: 'audit export'; readonly chain: string }
  | { readonly verb: 'export'; readonly of: Subject }
  | { readonly verb: 'erase'; readonly of: Subject; readonly dryRun: boolean };

export interface Asked {
  readonly command: Command;
  /** A line of JSON for each thing that is said, instead of a sentence. */
  readonly json: boolean;
  /** Why, for the audit. */
  readonly reason: string | undefined;
  /** Who the caller says to be; whoever may exec is let in, so it proves nothing. */
  readonly askedBy: string | undefined;
}

export const USAGE = `usage: main.ts COMMAND [--json] [--reason TEXT] [--asked-by NAME]
  sign-in | revoke-all
  users [--inactive DAYS] [--csv]
  disable USER | enable USER | grant-admin USER | revoke-admin USER [--force]
  export USER | export --workspace NAME
  erase USER | erase --workspace NAME, with --yes or --dry-run
  audit verify [--workspace NAME] [--against FILE] [--head SEQ:HASH]
  audit export [--workspace NAME]`;

const MOST_CHARACTERS = 500;
const MOST_DAYS = 3650;
const options = {
  json: { type: 'boolean', default: false },
  reason: { type: 'string' },
  'asked-by': { type: 'string' },
  workspace: { type: 'string' },
  inactive: { type: 'string' },
  csv: { type: 'boolean' },
  force: { type: 'boolean' },
  against: { type: 'string' },
  head: { type: 'string', multiple: true },
  yes: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parsed>['values'];
type Flag = Exclude<keyof typeof options, 'json' | 'reason' | 'asked-by'>;

/** The flags of a command besides those that all have. */
const FLAGS: Readonly<Record<Command['verb'], readonly Flag[]>> = {
  'sign-in': [],
  'revoke-all': [],
  users: ['inactive', 'csv'],
  disable: [],
  enable: [],
  'grant-admin': [],
  'revoke-admin': ['force'],
  'audit verify': ['workspace', 'against', 'head'],
  'audit export': ['workspace'],
  export: ['workspace'],
  erase: ['workspace', 'yes', 'dry-run'],
};

/** @throws SetupError that names what is wrong and how it is written. */
export function parseAsked(argv: readonly string[]): Asked {
  const { positionals, values } = parsed(argv);
  const command = commandOf(positionals, values);
  if (!command) throw wrong(`${JSON.stringify(positionals.join(' '))} is no command`);
  checkFlags(command, values);
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

function checkFlags({ verb }: Command, values: Values): void {
  for (const name of Object.keys(options) as (keyof typeof options)[]) {
    const isOfAll = name === 'json' || name === 'reason' || name === 'asked-by';
    if (!isOfAll && values[name] !== undefined && !FLAGS[verb].includes(name))
      throw wrong(`--${name} does not belong to ${verb}`);
  }
  for (const name of ['reason', 'asked-by'] as const)
    if ((values[name]?.length ?? 0) > MOST_CHARACTERS)
      throw wrong(`--${name} has more than ${MOST_CHARACTERS} characters`);
}

function commandOf(
  [word, second, ...more]: readonly string[],
  values: Values,
): Command | undefined {
  if (more.length > 0) return undefined;
  switch (word) {
    case 'sign-in':
    case 'revoke-all':
      return second === undefined ? { verb: word } : undefined;
    case 'users':
      return second === undefined ? usersOf(values) : undefined;
    case 'disable':
    case 'enable':
      return second ? { verb: word, user: second } : undefined;
    case 'grant-admin':
      return second ? { verb: word, user: second } : undefined;
    case 'revoke-admin':
      return second ? { verb: word, user: second, force: values.force === true } : undefined;
    case 'audit':
      return auditOf(second, values);
    case 'export':
      return { verb: word, of: subjectOf(second, values) };
    case 'erase':
      return eraseOf(subjectOf(second, values), values);
    case undefined:
    default:
      return undefined;
  }
}

function usersOf({ inactive, csv = false }: Values): Command {
  if (inactive === undefined) return { verb: 'users', inactiveDays: undefined, csv };
  const days = Number(/^(\d{1,4})d?$/.exec(inactive)?.[1]);
  if (!(days >= 1 && days <= MOST_DAYS))
    throw wrong(`--inactive ${inactive}: must be days, such as 90d, ${MOST_DAYS}d at most`);
  return { verb: 'users', inactiveDays: days, csv };
}

function auditOf(word: string | undefined, values: Values): Command | undefined {
  const { workspace: chain = PLATFORM_WORKSPACE, against, head = [] } = values;
  if (word === 'export') return { verb: 'audit export', chain };
  if (word !== 'verify') return undefined;
  const heads = head.map((text) => {
    const found = parseHead(text);
    if (!found) throw wrong(`--head ${text}: must be a row's number and hash, such as 12:9f86…`);
    return found;
  });
  return { verb: 'audit verify', chain, against, heads };
}

function subjectOf(user: string | undefined, { workspace }: Values): Subject {
  if (user && workspace === undefined) return { kind: 'account', user };
  if (workspace && user === undefined) return { kind: 'workspace', workspace };
  throw wrong('name either a user or --workspace');
}

function eraseOf(of: Subject, { yes = false, 'dry-run': dryRun = false }: Values): Command {
  if (yes === dryRun)
    throw wrong('erase deletes for good: add --yes, or see what would go with --dry-run');
  return { verb: 'erase', of, dryRun };
}
