/** Prepares the checkout and starts duckmon on this machine. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { rotate, sizeOf } from '../services/local/rotate.ts';
import { parseUp, UP_HELP, type UpOptions } from './lib/options.ts';
import {
  debianPackages,
  installDebianPackages,
  prepare,
  PrepareError,
  root,
} from './lib/prepare.ts';

const say = (line: string): void => {
  process.stderr.write(`duckmon: ${line}\n`);
};

/**
 * Values of `.env` count where the environment has none. HOSTNAME is the machine's name in every shell:
 * only the one in `.env` means the public name, and it becomes PUBLIC_URL.
 * @param file instead of the one in the checkout.
 * @returns the names that the environment had by itself.
 * @throws Error with a sentence for the person.
 */
function readDotEnv(file: string | undefined): Set<string> {
  delete process.env['HOSTNAME'];
  const before = new Set(Object.keys(process.env).filter((name) => process.env[name] !== ''));
  const { HOSTNAME: publicName, ...values } = parseEnv(textOf(file));
  for (const [name, value] of Object.entries(values)) process.env[name] ??= value;
  if (publicName) process.env['PUBLIC_URL'] ??= `https://${publicName}`;
  return before;
}

const OWN_ENV = path.join(root, '.env');

function textOf(named: string | undefined): string {
  const file = named ?? OWN_ENV;
  if (named === undefined && !existsSync(file)) return '';
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Error(
      `${file} cannot be read (${code}): it must be there, and belong to this user (chown)`,
      { cause: error },
    );
  }
}

/** The message that services/local sends to the process that started it detached. */
type Ready =
  | { readonly kind: 'ready'; readonly lines: readonly string[] }
  | { readonly kind: 'failed'; readonly message: string };

const localArgs = (options: UpOptions): string[] => [
  '--data',
  path.resolve(options.data),
  ...(options.manifests === undefined ? [] : ['--manifests', path.resolve(options.manifests)]),
  ...(options.demo ? [] : ['--no-demo']),
  ...(options.production ? ['--production'] : []),
  ...(options.kubeconfig === undefined ? [] : ['--kubeconfig', options.kubeconfig]),
];

/** What it says by itself is a few lines a start; a longer file is put away at the next one. */
const OUTPUT_BYTES = 1_000_000;

/** Starts services/local as a process of its own and waits until it is up or has failed. */
async function startDetached(options: UpOptions): Promise<number> {
  const log = path.join(path.resolve(options.data), 'logs', 'output.log');
  let output: number;
  try {
    mkdirSync(path.dirname(log), { recursive: true });
    if (sizeOf(log) > OUTPUT_BYTES) rotate(log, 1);
    output = openSync(log, 'a');
  } catch (error) {
    say(
      `The data folder ${options.data} cannot be written (${String(error)}); choose another with --data DIR.`,
    );
    return 2;
  }
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      path.join(root, 'services/local/main.ts'),
      ...localArgs(options),
    ],
    { detached: true, stdio: ['ignore', output, output, 'ipc'], cwd: process.cwd() },
  );
  closeSync(output);
  const { promise, resolve } = Promise.withResolvers<number>();
  child.on('message', (message: Ready | { kind: 'step'; line: string }) => {
    if (message.kind === 'step') say(message.line);
    if (message.kind === 'failed') say(message.message);
    if (message.kind !== 'ready') return;
    message.lines.forEach(say);
    say(`running in the background as process ${child.pid}; stop it with ./scripts/down`);
    child.disconnect();
    child.unref();
    resolve(0);
  });
  child.on('exit', (code) => {
    say(`it did not start; the log is ${log}`);
    resolve(code === 0 ? 1 : (code ?? 1));
  });
  return promise;
}

async function main(args: readonly string[]): Promise<number | undefined> {
  let options: UpOptions;
  let before: ReadonlySet<string>;
  try {
    before = readDotEnv(parseUp(args, {}).envFile);
    options = parseUp(args, process.env);
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}; see ./scripts/up --help`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(UP_HELP);
    return 0;
  }
  if (!process.env['CHROMIUM_PATH']) installDebianPackages(debianPackages(), say, 'once');
  prepare(say);
  if (options.production) {
    const isReady = await checkProduction(options, before);
    if (!isReady || options.check) return isReady ? 0 : 2;
  } else if (await sayLink(options.data)) return 0;
  if (options.detach) return startDetached(options);
  const { runLocal } = await import('../services/local/main.ts');
  await runLocal(localArgs(options), say);
  return undefined;
}

async function checkProduction(
  { data, envFile, allowRoot, check }: UpOptions,
  before: ReadonlySet<string>,
): Promise<boolean> {
  const { isReadyForProduction } = await import('./host/production.ts');
  const uid = process.getuid?.();
  // Root's Postgres runs as another user, who must get into the folder.
  if (uid !== 0) process.umask(0o077);
  const isReady = isReadyForProduction(
    {
      env: process.env,
      before,
      envFile: path.resolve(envFile ?? OWN_ENV),
      data: path.resolve(data),
      // Who checks may be another than who starts.
      mayBeRoot: allowRoot || check,
      uid,
    },
    say,
  );
  if (isReady && check) say('nothing is missing; production may start.');
  return isReady;
}

/** Where duckmon runs already, all that can be wanted is another sign-in link. */
async function sayLink(data: string): Promise<boolean> {
  const { linkToRunning } = await import('../services/local/running.ts');
  const found = await linkToRunning(path.resolve(data));
  switch (found.kind) {
    case 'nothing':
      return false;
    case 'noLinks':
      say(`duckmon runs in production as process ${found.pid}; sign in at ${found.publicUrl}`);
      return true;
    case 'link':
      say(`duckmon is running already as process ${found.pid}; flags of this call change nothing.`);
      say(`Dashboard:    ${found.link}`);
      say('stop it with ./scripts/down');
      return true;
    default:
      return found satisfies never;
  }
}

try {
  const code = await main(process.argv.slice(2));
  if (code !== undefined) process.exitCode = code;
} catch (error) {
  if (!(error instanceof PrepareError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
