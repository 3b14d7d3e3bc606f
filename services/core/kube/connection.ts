/** Where the API server is and how to be let in, from a kubeconfig or from inside a pod. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { isDeepStrictEqual } from 'node:util';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Clock } from '../clock.ts';
import { SetupError, messageOf } from '../errors.ts';

export interface Credentials {
  readonly agent: HttpAgent;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Connection {
  readonly server: URL;
  /** Of the current context or the pod. */
  readonly namespace: string | undefined;
  /** @param fresh reads them anew also when they are young; after a 401. */
  credentials(fresh?: boolean): Promise<Credentials>;
  close(): void;
}

/** What of client-node is used. */
export type ConfigSource = Pick<
  KubeConfig,
  'applyToHTTPSOptions' | 'getCurrentCluster' | 'getContextObject' | 'getCurrentContext'
>;

/** Token files and exec plug-ins are asked again after so long; reading costs files or a process. */
const CREDENTIALS_MS = 10_000;
/** First TCP probe of a silent connection. */
const PROBE_MS = 30_000;

/** What decides which connections may be shared. */
type Identity = Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'servername'>;

/**
 * Loads the connection. Imports client-node only now: it costs 150 MB.
 * @param file a kubeconfig; absent inside a pod.
 * @throws SetupError when there is nothing to connect to.
 */
export async function loadConnection(file: string | undefined, clock: Clock): Promise<Connection> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  if (file !== undefined) readFileInto(config, file);
  else if (process.env['KUBERNETES_SERVICE_HOST'] !== undefined) config.loadFromCluster();
  else
    throw new SetupError(
      'No Kubernetes API server: this process is not in a pod; name a kubeconfig file.',
    );
  return connectionOf(config, clock);
}

function readFileInto(config: KubeConfig, file: string): void {
  try {
    config.loadFromFile(file);
  } catch (error) {
    throw new SetupError(`The kubeconfig ${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** A connection whose agent lives as long as certificates stay the same. */
export function connectionOf(config: ConfigSource, clock: Clock): Connection {
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new SetupError('The kubeconfig has no current context with a cluster.');
  const server = new URL(cluster.server);
  let known: { readonly identity: Identity; readonly agent: HttpAgent } | undefined;
  let young: { readonly until: number; readonly read: Promise<Credentials> } | undefined;
  const read = async (): Promise<Credentials> => {
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const identity = identityOf(options);
    if (!known || !isDeepStrictEqual(known.identity, identity)) {
      // Only idle connections are closed at once: running requests and watches end by themselves.
      retire(known?.agent);
      known = { identity, agent: agentFor(server, cluster.proxyUrl, options, identity) };
    }
    return { agent: known.agent, headers: headersOf(options) };
  };
  return {
    server,
    namespace: config.getContextObject(config.getCurrentContext())?.namespace,
    credentials: async (fresh = false) => {
      if (fresh || !young || young.until <= clock.monotonic())
        young = { until: clock.monotonic() + CREDENTIALS_MS, read: read() };
      const mine = young;
      try {
        return await mine.read;
      } catch (error) {
        if (young === mine) young = undefined;
        throw error;
      }
    },
    close: () => known?.agent.destroy(),
  };
}

function identityOf(options: RequestOptions): Identity {
  const { ca, cert, key, rejectUnauthorized, servername } = options;
  return Object.fromEntries(
    Object.entries({ ca, cert, key, rejectUnauthorized, servername }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}

function agentFor(
  server: URL,
  proxy: string | undefined,
  options: RequestOptions,
  identity: Identity,
): HttpAgent {
  // A proxy of the kubeconfig needs client-node's agent, which keeps no connections.
  if (proxy !== undefined && options.agent instanceof HttpAgent) return options.agent;
  const kept = { keepAlive: true, keepAliveMsecs: PROBE_MS };
  return server.protocol === 'http:'
    ? new HttpAgent(kept)
    : new HttpsAgent({ ...kept, ...identity });
}

function retire(agent: HttpAgent | undefined): void {
  if (!agent) return;
  for (const idle of Object.values(agent.freeSockets)) idle?.forEach((socket) => socket.destroy());
  agent.on('free', (socket: { destroy(): void }) => socket.destroy());
}

function headersOf(options: RequestOptions): Record<string, string> {
  const given = Object.entries(options.headers ?? {}).map(([name, value]) => [name, String(value)]);
  const basic =
    typeof options.auth === 'string'
      ? [['Authorization', `Basic ${Buffer.from(options.auth).toString('base64')}`]]
      : [];
  return Object.fromEntries([...given, ...basic]);
}
