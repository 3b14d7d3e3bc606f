/** The command lines of the words of production. */
import path from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { COMPONENTS, type Component } from '../../operator/src/names.ts';
import { messageOf, SetupError } from '../../services/core/errors.ts';
import { parseDuration } from '../../services/domain/duration.ts';
import { root } from '../lib/prepare.ts';
import {
  LOCAL_WORDS,
  WORDS,
  type ClusterCommand,
  type LocalCommand,
  type LocalWord,
  type ProdCommand,
  type Shared,
  type Word,
} from './commands.ts';

const SHARED = {
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
  namespace: { type: 'string', short: 'n' },
  release: { type: 'string' },
  'dry-run': { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

export const DEFAULT_OUTPUT = path.join(root, '.cache', 'images');
/** What prod-up reads. */
export const imagesFile = (folder: string): string => path.join(folder, 'images.json');
/** The same as values of the chart, for those who call helm themselves. */
export const valuesFile = (folder: string): string => path.join(folder, 'values.json');

/**
 * Reads a command line.
 * @throws SetupError with a sentence for the person when a word or a flag is wrong.
 */
export function parseProd([first, ...args]: readonly string[]): ProdCommand {
  if (first === undefined || first === '--help' || first === '-h')
    return { kind: 'help', word: undefined };
  const word = WORDS.find((name) => name === first);
  if (word === undefined) throw new SetupError(`There is no ${first}; there are ${list(WORDS)}.`);
  if (args.includes('--help') || args.includes('-h')) return { kind: 'help', word };
  const local = LOCAL_WORDS.find((name) => name === word);
  if (local !== undefined && !args.includes('--cluster')) return parseLocal(local, args);
  try {
    return PARSERS[word](args);
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw new SetupError(sentence(messageOf(error)), { cause: error });
  }
}

const list = (names: readonly string[]): string => new Intl.ListFormat('en').format(names);
const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

function parseLocal(word: LocalWord, args: readonly string[]): LocalCommand {
  const dryRun = args.includes('--dry-run');
  const rest = args.filter((arg) => arg !== '--dry-run');
  if (word !== 'generate-keys' && rest.length === 0)
    throw new SetupError(
      `${word} takes a FILE for the duckmon of this machine, or --cluster for that of the kube context.`,
    );
  return { kind: 'local', args: [word, ...rest], dryRun };
}

const PARSERS: { readonly [W in Word]: (args: readonly string[]) => ClusterCommand } = {
  'generate-keys': (args) => {
    const { values, positionals } = parse(args, { cluster: { type: 'boolean' } });
    atMost(positionals, 0);
    return { kind: 'generate-keys', ...sharedOf(values) };
  },
  'prod-build': (args) => {
    const { values, positionals } = parse(args, {
      output: { type: 'string', default: DEFAULT_OUTPUT },
      registry: { type: 'string' },
      docker: { type: 'boolean', default: false },
      push: { type: 'boolean', default: false },
    });
    atMost(positionals, 0);
    const { registry, docker, push } = values;
    if (push && registry === undefined)
      throw new SetupError('--push needs --registry HOST/PATH: where to.');
    if (docker && registry === undefined)
      throw new SetupError(
        '--docker needs --registry HOST/PATH: what the engine has built reaches a cluster through a registry.',
      );
    const output = path.resolve(values.output);
    return {
      kind: 'prod-build',
      ...sharedOf(values),
      output,
      registry: registry?.replace(/\/+$/, ''),
      docker,
      push,
    };
  },
  'prod-up': (args) => {
    const { values, positionals } = parse(args, {
      images: { type: 'string', default: imagesFile(DEFAULT_OUTPUT) },
      'own-images': { type: 'boolean', default: false },
      values: { type: 'string', short: 'f', multiple: true, default: [] },
      set: { type: 'string', multiple: true, default: [] },
      'keep-namespace': { type: 'boolean', default: false },
      timeout: { type: 'string', default: '10m' },
    });
    atMost(positionals, 0);
    return {
      kind: 'prod-up',
      ...sharedOf(values),
      images: values['own-images'] ? undefined : path.resolve(values.images),
      values: values.values,
      set: values.set,
      keepNamespace: values['keep-namespace'],
      timeoutMs: durationOf('--timeout', values.timeout),
    };
  },
  'prod-health': (args) => {
    const { values, positionals } = parse(args, { json: { type: 'boolean', default: false } });
    atMost(positionals, 0);
    return { kind: 'prod-health', ...sharedOf(values), json: values.json };
  },
  'prod-logs': (args) => {
    const { values, positionals } = parse(args, {
      follow: { type: 'boolean', short: 'f', default: false },
      previous: { type: 'boolean', short: 'p', default: false },
      since: { type: 'string' },
      tail: { type: 'string' },
    });
    atMost(positionals, 1);
    if (values.since !== undefined) durationOf('--since', values.since);
    return {
      kind: 'prod-logs',
      ...sharedOf(values),
      part: partOf(positionals[0]),
      follow: values.follow,
      previous: values.previous,
      since: values.since,
      tail: countOf('--tail', values.tail),
    };
  },
  'prod-down': (args) => {
    const { values, positionals } = parse(args, {
      yes: { type: 'boolean', short: 'y', default: false },
      timeout: { type: 'string', default: '5m' },
    });
    atMost(positionals, 0);
    const timeoutMs = durationOf('--timeout', values.timeout);
    return { kind: 'prod-down', ...sharedOf(values), yes: values.yes, timeoutMs };
  },
  backup: (args) => {
    const { values, positionals } = parse(args, {
      cluster: { type: 'boolean' },
      timeout: { type: 'string', default: '1h' },
    });
    if (positionals.length > 0)
      throw new SetupError(
        'backup --cluster takes no FILE: it is stored where backup.storage of the chart says.',
      );
    const timeoutMs = durationOf('--timeout', values.timeout);
    return { kind: 'backup', ...sharedOf(values), timeoutMs };
  },
  restore: (args) => {
    const { values, positionals } = parse(args, {
      cluster: { type: 'boolean' },
      yes: { type: 'boolean', short: 'y', default: false },
      timeout: { type: 'string', default: '1h' },
    });
    atMost(positionals, 1);
    const [from] = positionals;
    if (from === undefined)
      throw new SetupError('restore --cluster takes latest, or the name of a stored backup.');
    const timeoutMs = durationOf('--timeout', values.timeout);
    return { kind: 'restore', ...sharedOf(values), from, yes: values.yes, timeoutMs };
  },
};

const parse = <T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
) =>
  parseArgs({
    args: [...args],
    strict: true,
    allowPositionals: true,
    options: { ...SHARED, ...options },
  });

interface SharedValues {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly namespace?: string | undefined;
  readonly release?: string | undefined;
  readonly 'dry-run'?: boolean | undefined;
}

const sharedOf = (values: SharedValues): Shared => ({
  where: {
    kubeconfig: values.kubeconfig === undefined ? undefined : path.resolve(values.kubeconfig),
    context: values.context,
    namespace: values.namespace ?? 'duckmon',
    release: values.release ?? 'duckmon',
  },
  dryRun: values['dry-run'] === true,
});

function atMost(positionals: readonly string[], count: number): void {
  const stranger = positionals[count];
  if (stranger !== undefined) throw new SetupError(`${stranger} is one word too many.`);
}

function durationOf(flag: string, text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    throw new SetupError(`${flag} ${text} must be a duration such as 90s, 15m or 4h.`, { cause });
  }
}

function countOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new SetupError(`${flag} ${text} must be a whole number.`);
}

function partOf(name: string | undefined): Component | undefined {
  if (name === undefined) return undefined;
  const part = COMPONENTS.find((known) => known === name);
  if (part !== undefined) return part;
  throw new SetupError(`There is no part ${name}; there are ${list(COMPONENTS)}.`);
}
