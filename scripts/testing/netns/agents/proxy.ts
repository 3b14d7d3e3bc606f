/** The real egress proxy on the proxy's address, or one of whose fences a part was taken down. */
import { connect } from 'node:net';
import { Resolver } from 'node:dns/promises';
import type { Keyring } from '../../../../services/core/keyring.ts';
import type { Running } from '../../../../services/core/lifecycle.ts';
import { captureLog, type CapturedLog } from '../../../../services/core/testing/log.ts';
import { keysOf } from '../../../../services/core/testing/keys.ts';
import { readConfig } from '../../../../services/egress/config.ts';
import { dialTcp, type Dial } from '../../../../services/egress/dial.ts';
import { startEgress } from '../../../../services/egress/start.ts';
import { DNS_ADDRESS, LINKS, PROXY_PORT } from '../addresses.ts';
import { serveAgent } from '../agent.ts';

/**
 * `asks again`: the connection goes to what the name says now instead of to the address that was judged.
 * `asks again, unchecked`: and nobody looks where it ended up.
 */
export type ProxyMutation = 'asks again' | 'asks again, unchecked';

export interface ProxyStart {
  readonly root: Keyring;
  readonly env?: Readonly<Record<string, string>>;
  /** The name that a mutated proxy asks for once more. */
  readonly mutation?: { readonly kind: ProxyMutation; readonly name: string };
}

let running: Running | undefined;
let captured: CapturedLog = captureLog('egress', 'silent');
let taken = 0;

function dialAgain({ kind, name }: NonNullable<ProxyStart['mutation']>): Dial {
  const resolver = new Resolver();
  resolver.setServers([DNS_ADDRESS]);
  return async (address, port, signal) => {
    const [now = address] = await resolver.resolve4(name);
    if (kind === 'asks again') return dialTcp(now, port, signal);
    const socket = connect({ host: now, port });
    Object.defineProperty(socket, 'remoteAddress', { value: address });
    return socket;
  };
}

const stop = async (): Promise<void> => {
  await running?.stop();
  running = undefined;
};

export const handlers = {
  start: async ({ root, env = {}, mutation }: ProxyStart): Promise<void> => {
    await stop();
    captured = captureLog('egress', 'debug');
    taken = 0;
    const config = readConfig({
      KEYS_FILE: 'unused',
      HOST: LINKS.proxy.v4,
      EGRESS_PORT: String(PROXY_PORT),
      EGRESS_RESOLVER: 'direct',
      ...env,
    });
    running = await startEgress(config, {
      log: captured.log,
      keys: keysOf(root).of('egress'),
      stopGraceMs: 0,
      ...(mutation ? { dial: dialAgain(mutation) } : {}),
    });
  },
  /** Lines of the audit since the last time. */
  take: (): readonly Record<string, unknown>[] => {
    const lines = captured.lines().filter(({ event }) => String(event).startsWith('egress.'));
    const fresh = lines.slice(taken);
    taken = lines.length;
    return fresh;
  },
};

serveAgent(handlers, stop);
