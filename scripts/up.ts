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
 */
function readDotEnv(): void {
  delete process.env['HOSTNAME'];
  const file = path.join(root, '.env');
  if (!existsSync(file)) return;
  const { HOSTNAME: publicName, ...values } = parseEnv(readFileSync(file, 'utf8'));
  for (const [name, value] of Object.entries(values)) process.env[name] ??= value;
  if (publicName) process.env['PUBLIC_URL'] ??= `https://${publicName}`;
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
  readDotEnv();
  let options: UpOptions;
  try {
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
  if (options.detach) return startDetached(options);
  const { runLocal } = await import('../services/local/main.ts');
  await runLocal(localArgs(options), say);
  return undefined;
}

try {
  const code = await main(process.argv.slice(2));
  if (code !== undefined) process.exitCode = code;
} catch (error) {
  if (!(error instanceof PrepareError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
