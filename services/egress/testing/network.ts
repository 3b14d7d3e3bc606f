/** The real proxy in a network of its own, whose names are scripted and whose packets are counted. */
import { testKeys, type TestKeys } from '../../core/testing/keys.ts';
import {
  issueCredential,
  proxyAuthorization,
  type EgressGrant,
} from '../../core/egress/credential.ts';
import { startAgent, type Agent } from '../../../scripts/testing/netns/agent.ts';
import type * as client from '../../../scripts/testing/netns/agents/client.ts';
import type * as inet from '../../../scripts/testing/netns/agents/inet.ts';
import type * as proxy from '../../../scripts/testing/netns/agents/proxy.ts';
import { DNS_ADDRESS } from '../../../scripts/testing/netns/addresses.ts';
import { shownFlow } from '../../../scripts/testing/netns/counting.ts';
import { makeWorld } from '../../../scripts/testing/netns/world.ts';
import { grantOf } from './harness.ts';

export interface ProxyNetwork {
  readonly keys: TestKeys;
  readonly internet: Agent<typeof inet.handlers>;
  readonly proxy: Agent<typeof proxy.handlers>;
  /** Starts the proxy anew. */
  start(options?: Omit<proxy.ProxyStart, 'root'>): Promise<void>;
  /** One request after the other, each of a check of its own; the status of each. */
  get(urls: readonly string[], grant?: Partial<EgressGrant>): Promise<readonly number[]>;
  /** The same with a credential that a test made. */
  getWith(urls: readonly string[], credential: string): Promise<readonly number[]>;
  /** Where the proxy has sent packets since the last time, its answers and questions of names left out. */
  dialled(): readonly string[];
  close(): Promise<void>;
}

export async function startProxyNetwork(): Promise<ProxyNetwork> {
  const world = makeWorld();
  const agents = await Promise.all([
    startAgent<typeof inet.handlers>(world, 'inet', 'inet'),
    startAgent<typeof proxy.handlers>(world, 'proxy', 'proxy'),
    startAgent<typeof client.handlers>(world, 'browse', 'client'),
  ]);
  const [internet, egress, browser] = agents;
  const keys = testKeys();
  await internet.ask('serve', { '/': { body: 'hello' } });
  return {
    keys,
    internet,
    proxy: egress,
    start: async (options = {}) => {
      await egress.ask('start', { ...options, root: keys.root });
      await internet.ask('take');
      world.forget();
    },
    get: (urls, grant) =>
      browser.ask(
        'get',
        urls.map((url) => ({ url, authorization: authorizationOf(keys, grant) })),
      ),
    getWith: (urls, credential) => {
      const authorization = proxyAuthorization(credential);
      return browser.ask(
        'get',
        urls.map((url) => ({ url, authorization })),
      );
    },
    dialled: () => {
      const flows = world.sent('proxy').map(shownFlow);
      world.forget();
      return flows.filter((flow) => !/ 10\.244\.1\.2:/.test(flow) && flow !== ASKS).toSorted();
    },
    close: async () => {
      await Promise.all(agents.map((agent) => agent.stop()));
      world.close();
    },
  };
}

/** Connections are kept for the next request of the same check, which would hide what a new one does. */
const authorizationOf = (keys: TestKeys, grant: Partial<EgressGrant> = {}): string =>
  proxyAuthorization(issueCredential(keys.of(grant.issuer ?? 'scheduler'), grantOf(grant)));

const ASKS = `udp ${DNS_ADDRESS}:53`;
