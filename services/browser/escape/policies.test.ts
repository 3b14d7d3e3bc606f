import assert from 'node:assert/strict';
import {
  DNS_ADDRESS,
  FORBIDDEN,
  LINKS,
  PROXY_PORT,
  SITES,
} from '../../../scripts/testing/netns/addresses.ts';
import { startAgent, type Agent } from '../../../scripts/testing/netns/agent.ts';
import type * as inet from '../../../scripts/testing/netns/agents/inet.ts';
import { attempt, type Attempt } from '../../../scripts/testing/netns/attempt.ts';
import { shownFlow } from '../../../scripts/testing/netns/counting.ts';
import {
  operatorsPolicies,
  PODS,
  withoutBrowsers,
} from '../../../scripts/testing/netns/installation.ts';
import { makeWorld, type World } from '../../../scripts/testing/netns/world.ts';

const TO_PROXY = `tcp ${LINKS.proxy.v4}:${PROXY_PORT}`;

/** Each as it is tried, and as it is counted on the link. */
const ATTEMPTS: readonly (readonly [Attempt, string])[] = [
  [`tcp ${FORBIDDEN.clusterIp} 443`, `tcp ${FORBIDDEN.clusterIp}:443`],
  [`tcp ${FORBIDDEN.metadata} 80`, `tcp ${FORBIDDEN.metadata}:80`],
  [`tcp ${FORBIDDEN.metadataV6} 80`, `tcp [${FORBIDDEN.metadataV6}]:80`],
  [`tcp ${SITES.v4} 443`, `tcp ${SITES.v4}:443`],
  [`tcp ${SITES.v6} 80`, `tcp [${SITES.v6}]:80`],
  [`tcp ${LINKS.proxy.v4} 9090`, `tcp ${LINKS.proxy.v4}:9090`],
  [`tcp ${LINKS.edge.v4} 443`, `tcp ${LINKS.edge.v4}:443`],
  [`udp ${DNS_ADDRESS} 53`, `udp ${DNS_ADDRESS}:53`],
  [`udp ${SITES.second} 53`, `udp ${SITES.second}:53`],
  [`udp ${SITES.v6} 443`, `udp [${SITES.v6}]:443`],
  [`udp ${LINKS.proxy.v4} ${PROXY_PORT}`, `udp ${LINKS.proxy.v4}:${PROXY_PORT}`],
  [`udplite ${SITES.v4} 9000`, `udplite ${SITES.v4}:9000`],
  [`ping ${SITES.v4} 0`, `icmp ${SITES.v4}`],
  [`ping ${SITES.v6} 0`, `ipv6-icmp [${SITES.v6}]`],
];
const tried = ATTEMPTS.map(([one]) => one);
const counted = ATTEMPTS.map(([, flow]) => flow).toSorted();

describe('code of an attacker in the pod of a browser', function () {
  this.timeout(30_000);
  let world: World;
  let internet: Agent<typeof inet.handlers>;
  const sent = (): string[] => world.sent('browse').map(shownFlow).toSorted();
  const passed = (): string[] => world.passed('browse').map(shownFlow).toSorted();
  before(async () => {
    world = makeWorld();
    internet = await startAgent<typeof inet.handlers>(world, 'inet', 'inet');
  });
  after(async () => {
    await internet.stop();
    world.close();
  });
  beforeEach(async () => {
    world.enforce(operatorsPolicies(), PODS);
    world.forget();
    await internet.ask('take');
  });

  it('C15 sends by TCP, UDP, DNS, IPv6 and ICMP, and nothing of it passes the policies of the operator', async () => {
    const said = attempt(world, 'browse', tried);
    assert.deepEqual(new Set(Object.values(said)), new Set(['sent']));
    assert.deepEqual(sent(), counted);
    assert.deepEqual(passed(), []);
    assert.deepEqual(await internet.ask('take'), { arrivals: [], asked: [] });
  });

  it('C15 has no raw sockets', () => {
    const raw: Attempt[] = [`icmp ${SITES.v4} 0`, `other ${SITES.v4} 0`, `icmp ${SITES.v6} 0`];
    const said = attempt(world, 'browse', raw);
    for (const one of raw) assert.equal(said[one], 'Operation not permitted');
    assert.deepEqual(sent(), []);
  });

  it('C15 is held by the policies even as root with raw sockets', () => {
    const raw: Attempt[] = [`icmp ${SITES.v4} 0`, `other ${SITES.v4} 0`, `other ${SITES.v6} 0`];
    const said = attempt(world, 'browse', raw, 'root');
    for (const one of raw) assert.equal(said[one], 'sent');
    assert.equal(sent().length, raw.length);
    assert.deepEqual(passed(), []);
  });

  it('C15 reaches the port of the proxy', () => {
    attempt(world, 'browse', [`tcp ${LINKS.proxy.v4} ${PROXY_PORT}`]);
    assert.deepEqual(passed(), [TO_PROXY]);
  });

  it('C15 without the policy of the browsers is seen to reach everything that does not defend itself', async () => {
    world.enforce(withoutBrowsers(operatorsPolicies()), PODS);
    attempt(world, 'browse', tried);
    const held = [`tcp ${LINKS.proxy.v4}:9090`, `udp ${LINKS.proxy.v4}:${PROXY_PORT}`];
    assert.deepEqual(
      passed(),
      counted.filter((flow) => !held.includes(flow)),
    );
    // The kernel may still look for its neighbour when the attempt has been made.
    const heard = new Set<number>();
    while (!heard.has(53) || !heard.has(443))
      for (const { port } of (await internet.ask('take')).arrivals) heard.add(port);
  });

  it('C15 without any rule is seen to reach everything', () => {
    world.enforce(undefined);
    attempt(world, 'browse', tried);
    assert.deepEqual(passed(), counted);
  });

  it('B11 C21 the ingress reaches neither the browser nor the proxy', () => {
    const ports = [22, 80, 8001, PROXY_PORT, 9090];
    const targets = [...Object.values(LINKS.browse), ...Object.values(LINKS.proxy)];
    attempt(
      world,
      'edge',
      targets.flatMap((address) => ports.map((port) => `tcp ${address} ${port}` as const)),
    );
    assert.equal(world.sent('edge').length, targets.length * ports.length);
    assert.deepEqual(world.passed('edge'), []);
  });
});
