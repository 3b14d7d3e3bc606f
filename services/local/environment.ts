/** The environment of each service on one machine, as a cluster's pod would have it. */
import path from 'node:path';
import type { Environment } from '../core/config.ts';
import {
  DEFAULT_PORTS,
  portVariable,
  SERVICES,
  type ServiceName,
} from '../core/contracts/ports.ts';
import { SetupError } from '../core/errors.ts';
import type { DataFolder } from './dataFolder.ts';
import type { LocalKeys } from './keys.ts';

export interface DatabaseUrls {
  readonly api: string;
  readonly scheduler: string;
}

export type Ports = Readonly<Record<ServiceName, number>>;

/** Ports from the environment, else the documented ones. */
export function readPorts(env: Environment): Ports {
  const wrong: string[] = [];
  const entries = SERVICES.map((service) => {
    const text = env[portVariable(service)];
    const port = text === undefined || text === '' ? DEFAULT_PORTS[service] : Number(text);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) wrong.push(portVariable(service));
    return [service, port] as const;
  });
  if (wrong.length > 0)
    throw new SetupError(
      `Wrong environment variables: ${wrong.map((name) => `${name}: must be a port, 1 to 65535`).join('; ')}`,
    );
  return Object.fromEntries(entries) as Ports;
}

/** What the dashboard is reached by: PUBLIC_URL, or loopback. */
export const publicUrlOf = (env: Environment, ports: Ports): string =>
  env['PUBLIC_URL'] !== undefined && env['PUBLIC_URL'] !== ''
    ? env['PUBLIC_URL'].replace(/\/+$/, '')
    : `http://127.0.0.1:${ports.dashboard}`;

/** Variables that hold a secret of one service only, or name its file; the others do not get them. */
const OWNERS: Readonly<Record<string, readonly ServiceName[]>> = {
  OPENAI_API_KEY: ['llm'],
  SENDGRID_API_KEY: ['notification'],
  SMTP_PASSWORD: ['notification'],
  GOOGLE_CLIENT_SECRET: ['api'],
  JWT_SECRET: [],
  INTERNAL_API_KEY: [],
  // Of the owner of the tables; api and scheduler have roles of their own.
  DATABASE_URL: [],
};

/** Variables that hold a secret. */
export const SECRET_NAMES: readonly string[] = Object.keys(OWNERS);

/** The environment without the secrets of any service. */
export const withoutSecrets = (env: Environment): Environment => {
  const secrets = new Set(Object.keys(OWNERS).flatMap((name) => [name, `${name}_FILE`]));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !secrets.has(name)));
};

export interface EnvironmentInput {
  readonly env: Environment;
  readonly ports: Ports;
  readonly keys: LocalKeys;
  readonly folder: DataFolder;
  readonly urls: DatabaseUrls;
  /** `address:port` that pages may be fetched from beside the public Internet. */
  readonly allow: readonly string[];
  /**
   * The cluster whose objects the api writes and whose Secrets notification reads. Without one there
   * is only the database.
   */
  readonly kubeconfig?: string | undefined;
  /** For people on the Internet, behind a proxy of this host. */
  readonly production: boolean;
}

/** The variables that `service` starts with; each credential is given to its owner alone. */
export function environmentOf(service: ServiceName, input: EnvironmentInput): Environment {
  const { env, ports, keys, urls } = input;
  const foreign = Object.entries(OWNERS)
    .filter(([, owners]) => !owners.includes(service))
    .flatMap(([name]) => [name, `${name}_FILE`]);
  const shared = Object.fromEntries(
    Object.entries(env).filter(([name]) => !foreign.includes(name)),
  );
  const at = (name: ServiceName): string => `http://127.0.0.1:${ports[name]}`;
  return {
    ...shared,
    HOST: '127.0.0.1',
    ...Object.fromEntries(SERVICES.map((name) => [portVariable(name), String(ports[name])])),
    ...Object.fromEntries(SERVICES.map((name) => [`${name.toUpperCase()}_URL`, at(name)])),
    PUBLIC_URL: publicUrlOf(env, ports),
    ...doorsOf(input),
    // of pods: one port of a machine is not for all of its services, and its browser takes every check
    METRICS_PORT: '',
    BROWSER_ONCE: '',
    KEYS_FILE: keys.serviceFile(service),
    DUCKMON_EGRESS_ALLOW: input.allow.join(','),
    DUCKMON_DATA: input.folder.path,
    ...(service === 'api' ? { DATABASE_URL: urls.api, ...objectsOf(input) } : {}),
    ...(service === 'notification' ? secretsOf(input) : {}),
    ...(service === 'scheduler'
      ? { DATABASE_URL: urls.scheduler, DATA_KEY_FILE: keys.dataKeyFile }
      : {}),
  };
}

/** By which addresses and ways people come in. */
const doorsOf = ({ production, ports }: EnvironmentInput): Environment =>
  production
    ? { ALLOWED_ORIGINS: '', LOCAL_SIGN_IN: 'false', TRUSTED_PROXIES: 'loopback' }
    : { ALLOWED_ORIGINS: `http://localhost:${ports.dashboard}`, LOCAL_SIGN_IN: 'true' };

const objectsOf = ({ kubeconfig }: EnvironmentInput): Environment =>
  kubeconfig === undefined
    ? { OBJECTS: 'store' }
    : { OBJECTS: 'cluster', KUBECONFIG: path.resolve(kubeconfig) };

const secretsOf = ({ kubeconfig }: EnvironmentInput): Environment =>
  kubeconfig === undefined
    ? { CHANNEL_SECRETS: 'none' }
    : { CHANNEL_SECRETS: 'cluster', KUBECONFIG: path.resolve(kubeconfig) };
