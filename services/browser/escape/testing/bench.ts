/** The network with a browser that reads hostile pages, and what of them got out. */
import { issueCredential } from '../../../core/egress/credential.ts';
import { testKeys } from '../../../core/testing/keys.ts';
import { grantOf } from '../../../egress/testing/harness.ts';
import type { FetchResult } from '../../../core/contracts/browser.ts';
import { startAgent, type Agent } from '../../../../scripts/testing/netns/agent.ts';
import type * as browse from '../../../../scripts/testing/netns/agents/browse.ts';
import type * as inet from '../../../../scripts/testing/netns/agents/inet.ts';
import type * as proxy from '../../../../scripts/testing/netns/agents/proxy.ts';
import { LINKS, PROXY_PORT, SITES } from '../../../../scripts/testing/netns/addresses.ts';
import { shownFlow } from '../../../../scripts/testing/netns/counting.ts';
import type { Mutation } from '../../../../scripts/testing/netns/wrapper.ts';
import { makeWorld, type World } from '../../../../scripts/testing/netns/world.ts';
import { knownPages } from './known.ts';
import { morePages } from './more.ts';
import { securePages } from './secure.ts';
import type { Vector } from './vector.ts';

/** What a visit left in the network. */
export interface Trace {
  readonly result: FetchResult;
  /** Everything that left the browser's namespace for anything but the proxy. */
  readonly around: readonly string[];
  /** Everything that went on beyond its link. */
  readonly passed: readonly string[];
  /** Ports of its own loopback that it called. */
  readonly loopback: readonly string[];
  /** Questions for names that the browser itself asked. */
  readonly asked: readonly string[];
  /** Questions for names that the proxy asked. */
  readonly proxyAsked: readonly string[];
  /** Requests that the fake Internet got: `address path`. */
  readonly arrived: readonly string[];
  /** Targets that the proxy refused: `host:port`. */
  readonly refused: readonly string[];
}

export interface EscapeBench {
  readonly world: World;
  /** @param actMs how long the page may act. */
  visit(url: string, mutation?: Mutation, actMs?: number): Promise<Trace>;
  close(): Promise<void>;
}

/** Longer than what any vector waits for before it acts. */
const ACT_MS = 2000;
const SITE = 'site.test';

/** The pages that try to get out. */
export const KNOWN_URL = `http://${SITE}/known`;
export const MORE_URL = `http://${SITE}/more`;
export const SECURE_URL = `https://${SITE}/secure`;

/** Some powers are for pages over TLS only: this takes the certificate of the fake site, and no fence away. */
const TRUSTING = '--ignore-certificate-errors';

export async function startEscapeBench(): Promise<EscapeBench> {
  const world = makeWorld();
  const started = await Promise.all([
    startAgent<typeof inet.handlers>(world, 'inet', 'inet'),
    startAgent<typeof proxy.handlers>(world, 'proxy', 'proxy'),
    startAgent<typeof browse.handlers>(world, 'browse', 'browse'),
  ]);
  const [internet, egress, browser] = started;
  const keys = testKeys();
  const credential = (): string => issueCredential(keys.of('scheduler'), grantOf());
  await Promise.all([
    egress.ask('start', { root: keys.root }),
    internet.ask('serve', { ...knownPages(), ...morePages(), ...securePages() }),
    internet.ask('name', {
      [SITE]: [[SITES.v4]],
      '169.254.169.254.nip.test': [['169.254.169.254']],
    }),
  ]);
  return {
    world,
    visit: async (url, mutation = {}, actMs = ACT_MS) => {
      await Promise.all([internet.ask('take'), egress.ask('take')]);
      world.forget();
      const add = [TRUSTING, ...(mutation.add ?? [])];
      const result = await browser.ask('visit', {
        url,
        credential: credential(),
        actMs,
        mutation: { ...mutation, add },
      });
      // What a browser has begun goes on after the page is closed.
      await browser.ask('closeBrowsers');
      return traceOf(result, world, internet, egress);
    },
    close: async () => {
      await Promise.all(started.map((agent) => agent.stop()));
      world.close();
    },
  };
}

async function traceOf(
  result: FetchResult,
  world: World,
  internet: Agent<typeof inet.handlers>,
  egress: Agent<typeof proxy.handlers>,
): Promise<Trace> {
  const [{ arrivals, asked }, lines] = await Promise.all([
    internet.ask('take'),
    egress.ask('take'),
  ]);
  const askedBy = (address: string): string[] =>
    asked.filter(({ from }) => from === address).map((one) => one.name);
  const isToProxy = (flow: string): boolean => flow === `tcp ${LINKS.proxy.v4}:${PROXY_PORT}`;
  return {
    result,
    around: world
      .sent('browse')
      .map(shownFlow)
      .filter((flow) => !isToProxy(flow)),
    passed: world.passed('browse').map(shownFlow),
    loopback: world.loopback().map(shownFlow),
    asked: askedBy(LINKS.browse.v4),
    proxyAsked: askedBy(LINKS.proxy.v4),
    arrived: arrivals
      .filter(({ protocol }) => protocol === 'http')
      .map(({ address, path }) => `${address} ${path}`),
    refused: lines
      .filter(({ event }) => event === 'egress.refused')
      .map(({ host, port }) => `${String(host)}:${String(port)}`),
  };
}

/** Whether a vector reached its target. */
export function isSeen({ sign }: Vector, trace: Trace): boolean {
  switch (sign.kind) {
    case 'request':
      return trace.arrived.some((line) => line.endsWith(` ${sign.path}`));
    case 'packet':
      return trace.around.includes(sign.flow);
    case 'loopback':
      return trace.loopback.some((flow) => flow.endsWith(`:${sign.port}`));
    case 'name':
      return trace.asked.includes(sign.name);
    default:
      return sign satisfies never;
  }
}
