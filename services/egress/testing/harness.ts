/** A real proxy on loopback whose names and public addresses are scripted. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import {
  issueCredential,
  proxyAuthorization,
  type EgressGrant,
} from '../../core/egress/credential.ts';
import type { EgressIssuer } from '../../core/serviceKeys.ts';
import { captureLog, type CapturedLog } from '../../core/testing/log.ts';
import { testKeys, type TestKeys } from '../../core/testing/keys.ts';
import { readConfig, type EgressConfig } from '../config.ts';
import type { Dial } from '../dial.ts';
import type { Resolve } from '../resolver.ts';
import { startEgress, type EgressDeps } from '../start.ts';

/** A public address that stands for the origin of a test. */
export const PUBLIC = '93.184.215.14';

export interface Harness {
  readonly proxyUrl: string;
  readonly port: number;
  readonly keys: TestKeys;
  readonly captured: CapturedLog;
  /** Every address that was dialled, as `address:port`. */
  readonly dialled: string[];
  /** Every name that was resolved. */
  readonly resolved: string[];
  credential(grant?: Partial<EgressGrant>): string;
  /** `Proxy-Authorization` of a credential. */
  authorization(grant?: Partial<EgressGrant>): string;
  /** Audit lines of an event. */
  events(event: string): Record<string, unknown>[];
  metrics(): Promise<string>;
  stop(): Promise<void>;
}

export interface HarnessOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Addresses by name; a function is asked each time. */
  readonly names?: Readonly<Record<string, readonly string[] | (() => readonly string[])>>;
  /** Local port that stands behind public addresses. */
  readonly originPort?: number;
  readonly deps?: Partial<EgressDeps>;
  readonly config?: Partial<EgressConfig>;
}

let lastId = 0;

export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const keys = testKeys();
  const captured = captureLog('egress');
  const dialled: string[] = [];
  const resolved: string[] = [];
  const config = readConfig({ KEYS_FILE: 'unused', EGRESS_PORT: '0', ...options.env });
  const running = await startEgress(
    { ...config, ...options.config },
    {
      log: captured.log,
      keys: keys.of('egress'),
      resolve: scriptedResolver(options.names ?? {}, resolved),
      dial: scriptedDial(options.originPort, dialled),
      stopGraceMs: 0,
      ...options.deps,
    },
  );
  const credential = (grant: Partial<EgressGrant> = {}): string =>
    issueCredential(keys.of(grant.issuer ?? 'scheduler'), grantOf(grant));
  return {
    proxyUrl: running.url,
    port: Number(new URL(running.url).port),
    keys,
    captured,
    dialled,
    resolved,
    credential,
    authorization: (grant) => proxyAuthorization(credential(grant)),
    events: (event) => captured.lines().filter((line) => line['event'] === event),
    metrics: async () => (await fetch(`${running.url}/metrics`)).text(),
    stop: () => running.stop(),
  };
}

/** A grant of its own that is valid for a minute. */
export const grantOf = (grant: Partial<EgressGrant> = {}): EgressGrant => ({
  issuer: 'scheduler' satisfies EgressIssuer,
  workspace: 'home',
  subject: 'monitor/shop',
  id: `check-${(lastId += 1)}`,
  expires: Date.now() + 60_000,
  maxBytes: 1_000_000,
  maxConnections: 1000,
  maxMs: 60_000,
  ...grant,
});

function scriptedResolver(
  names: NonNullable<HarnessOptions['names']>,
  resolved: string[],
): Resolve {
  return async (name) => {
    resolved.push(name);
    const answer = names[name];
    if (!answer) throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
    return typeof answer === 'function' ? answer() : answer;
  };
}

/** Loopback is dialled as it is; any other address leads to the origin and claims to be itself. */
function scriptedDial(originPort: number | undefined, dialled: string[]): Dial {
  return async (address, port) => {
    dialled.push(`${address}:${port}`);
    const real = address === '127.0.0.1' || address === '::1';
    const socket = await connected(real ? port : (originPort ?? 1));
    if (!real) Object.defineProperty(socket, 'remoteAddress', { value: address });
    return socket;
  };
}

function connected(port: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  socket.once('error', reject);
  socket.once('connect', () => (socket.removeListener('error', reject), resolve(socket)));
  return promise;
}

export interface Origin {
  readonly port: number;
  readonly server: Server;
  readonly requests: string[];
  stop(): void;
}

/** A web server on loopback that remembers what it was asked. */
export async function startOrigin(
  answer: RequestListener = (_request, response) => void response.end('hello'),
): Promise<Origin> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  return {
    port: (server.address() as AddressInfo).port,
    server,
    requests,
    stop: () => (server.closeAllConnections(), void server.close()),
  };
}
