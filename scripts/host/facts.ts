/** Looks at everything that decides whether duckmon may serve people from this host. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { readConfig as readApi } from '../../services/api/config.ts';
import { providerSettings } from '../../services/api/identity/settings.ts';
import { readSecretFile, type Environment } from '../../services/core/config.ts';
import type { ServiceName } from '../../services/core/contracts/ports.ts';
import { SetupError } from '../../services/core/errors.ts';
import {
  environmentOf,
  readPorts,
  SECRET_NAMES,
  type Ports,
} from '../../services/local/environment.ts';
import { problemsOf } from '../../services/local/services.ts';
import type { DataFacts, Facts, SecretFile, SignInState } from './rules.ts';

export interface Look {
  /** The variables of the process and, below them, of `.env`. */
  readonly env: Environment;
  /** Names that the process had before `.env` was read. */
  readonly before: ReadonlySet<string>;
  /** `.env`, or what was named instead. */
  readonly envFile: string;
  readonly data: string;
  readonly mayBeRoot: boolean;
  /** Undefined where there are no users. */
  readonly uid: number | undefined;
}

/** What the rules are asked about. */
export function factsOf(look: Look): Facts {
  const { env, before, mayBeRoot, uid } = look;
  const isRoot = uid === 0;
  const settings = { ...env, ...secretsOf(env) };
  return {
    settings,
    exposed: SECRET_NAMES.filter((name) => before.has(name) && env[name]),
    files: filesOf(look),
    ...sayingsOf(settings),
    isRoot,
    mayBeRoot,
    data: dataFacts(look.data, isRoot),
  };
}

/** The secrets of files that can be read. */
function secretsOf(env: Environment): Environment {
  const found = SECRET_NAMES.filter((name) => !env[name]).map((name) => {
    try {
      return [name, readSecretFile(name, env[`${name}_FILE`] || undefined)] as const;
    } catch {
      return [name, undefined] as const;
    }
  });
  return Object.fromEntries(found);
}

function filesOf({ env, envFile }: Look): SecretFile[] {
  const named = SECRET_NAMES.filter((name) => env[`${name}_FILE`]).map((name): SecretFile => {
    const file = env[`${name}_FILE`] ?? '';
    return { name: `${name}_FILE`, path: file, state: stateOf(file) };
  });
  const own: SecretFile = { name: '.env', path: envFile, state: stateOf(envFile) };
  // Everything may stand in files of their own.
  return own.state === 'absent' ? named : [own, ...named];
}

function stateOf(file: string): SecretFile['state'] {
  if (!existsSync(file)) return 'absent';
  if ((statSync(file).mode & 0o077) !== 0) return 'open';
  try {
    accessSync(file, constants.R_OK);
    return 'private';
  } catch {
    return 'unreadable';
  }
}

/** What the services, and the sign-in, say of the variables; keys and database have rules of their own. */
function sayingsOf(env: Environment): Pick<Facts, 'problems' | 'signIn'> {
  let ports: Ports;
  try {
    ports = readPorts(env);
  } catch (error) {
    const problem = sentenceOf(error);
    return { problems: [problem], signIn: signInOf(environmentFor('api', env, readPorts({}))) };
  }
  return {
    problems: problemsOf((service) => environmentFor(service, env, ports)).map(withoutPrefix),
    signIn: signInOf(environmentFor('api', env, ports)),
  };
}

const environmentFor = (service: ServiceName, env: Environment, ports: Ports): Environment => ({
  ...environmentOf(service, {
    env: { ...env, ...STANDING_IN },
    ports,
    keys: { serviceFile: () => 'keys', dataKeyFile: 'keys', jwtFile: 'keys' },
    folder: {
      path: '.',
      at: (...parts) => path.join(...parts),
      writePrivate: () => {},
      release: () => {},
    },
    urls: { api: 'postgresql://api', scheduler: 'postgresql://scheduler' },
    allow: (env['DUCKMON_EGRESS_ALLOW'] ?? '').split(',').filter((entry) => entry.trim() !== ''),
    production: true,
  }),
});

/** Variables that have a rule of their own; what stands in files was read already. */
const STANDING_IN: Environment = {
  PUBLIC_URL: 'https://duckmon.invalid',
  HOST: undefined,
  ...Object.fromEntries(SECRET_NAMES.map((name) => [`${name}_FILE`, undefined])),
};

function signInOf(env: Environment): SignInState {
  try {
    return providerSettings(readApi(env)) ? { kind: 'configured' } : { kind: 'none' };
  } catch (error) {
    return { kind: 'wrong', problem: sentenceOf(error) };
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof SetupError) return withoutPrefix(error.message);
  throw error;
}

const withoutPrefix = (message: string): string =>
  message.replace(/^Wrong environment variables: /, '');

function dataFacts(folder: string, isRoot: boolean): DataFacts {
  const found = statSync(folder, { throwIfNoEntry: false });
  return {
    path: folder,
    hasDemo: existsSync(path.join(folder, 'demo')),
    // Root's Postgres runs as another user, who must get through.
    isOpen: found !== undefined && !isRoot && (found.mode & 0o077) !== 0,
  };
}
