/**
 * The exposure matrix: from outside, from a pod of a tenant, and from each of our pods to each port of
 * each pod. What the table does not name is dropped.
 */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { DNS_ADDRESS, MACHINE_ADDRESS } from '../../lib/cluster/node/addresses.ts';
import { hearFrom, hearFromOutside, type Heard } from './connections.ts';
import { FRONT_PORT, getThrough, type Front } from './front.ts';
import { podOf, podsWith, runIn, strangerPod, type PodPlace } from './pods.ts';
import { say, TEAM, type System } from './system.ts';

/** Who may open a connection to whom: the table of the architecture, written down a second time. */
export const OPENS: Readonly<Record<string, readonly string[]>> = {
  outside: ['front:8443'],
  front: ['dashboard:3000', 'api:8000'],
  dashboard: ['api:8000'],
  api: ['postgres:5432', 'redis:6379', 'scheduler:8004', 'egress:8005', 'kubernetes:443'],
  scheduler: [
    'postgres:5432',
    'redis:6379',
    'browser:8001',
    'llm:8002',
    'notification:8003',
    'egress:8005',
  ],
  browser: ['egress:8005'],
  llm: ['egress:8005'],
  notification: ['egress:8005', 'kubernetes:443'],
  egress: ['site:80'],
  operator: ['scheduler:8004', 'kubernetes:443'],
  postgres: [],
  redis: [],
  canary: ['egress:8005'],
};
/** A tenant's own pods are none of our business, but they reach nothing of ours. */
const STRANGER = ['site:80', 'kubernetes:443', `front:${FRONT_PORT}`];

const COMPONENTS = Object.keys(OPENS).filter((name) => !['outside', 'front'].includes(name));
/** All but the one whose image has no Node to ask with. */
const ASKERS = COMPONENTS.filter((name) => name !== 'redis');
/** Of every service, of metrics and health, of databases, and what people leave open. */
export const PORTS = [
  22, 80, 443, 3000, 5432, 6379, 8000, 8001, 8002, 8003, 8004, 8005, 8443, 9090, 9229,
];

export interface Target {
  /** As in the table. */
  readonly flow: string;
  readonly address: string;
}

/** Every port of every pod, the API server, and a page outside. */
export async function targetsOf(system: System, { pod: front }: Front): Promise<readonly Target[]> {
  const pods = await Promise.all(
    COMPONENTS.map(async (name) => ({ name, pod: await podOf(system, name) })),
  );
  const of = (name: string, { address }: PodPlace): Target[] =>
    PORTS.map((port) => ({ flow: `${name}:${port}`, address: `${address}:${port}` }));
  return [
    ...pods.flatMap(({ name, pod }) => of(name, pod)),
    { flow: `front:${FRONT_PORT}`, address: `${front.address}:${FRONT_PORT}` },
    { flow: 'kubernetes:443', address: '10.96.0.1:443' },
    { flow: 'site:80', address: new URL(system.world.site.url).host },
  ];
}

/** What reached its aim, other than what may. */
export const surprises = (
  from: string,
  targets: readonly Target[],
  heard: ReadonlyMap<string, Heard>,
  allowed: readonly string[],
): string[] =>
  targets.flatMap(({ flow, address }) => {
    // To itself a pod speaks without a network.
    if (flow.startsWith(`${from}:`)) return [];
    const wanted: Heard = allowed.includes(flow) ? 'open' : 'silent';
    const got = heard.get(address) ?? 'silent';
    return got === wanted ? [] : [`${from} -> ${flow}: ${got}, not ${wanted}`];
  });

/** What a pod of a browser reaches other than what it may. */
export async function browserSurprises(
  system: System,
  targets: readonly Target[],
  allowed: readonly string[] = OPENS['browser'] ?? [],
): Promise<readonly string[]> {
  const pod = await podOf(system, 'browser');
  const addresses = targets.map(({ address }) => address);
  return surprises('browser', targets, await hearFrom(system, pod, addresses), allowed);
}

export function exposure(given: () => System, front: () => Front): void {
  let targets: readonly Target[];
  before(async () => {
    const system = given();
    const image = await system.read('deployment/duckmon-api', '{..containers[0].image}');
    await system.apply(strangerPod(image, TEAM));
    const ready = ['wait', '--for=condition=Ready', 'pod/stranger', '--timeout=60s'];
    await system.node.kubectl(['-n', TEAM, ...ready]);
    targets = await targetsOf(system, front());
  });

  it('B11 drops everything from outside but the way through the Ingress', async () => {
    const heard = await hearFromOutside(targets.map(({ address }) => address));
    const ours = targets.filter(({ flow }) => !/^(kubernetes|site):/.test(flow));
    const allowed = [`front:${FRONT_PORT}`];
    assert.deepEqual(surprises('outside', ours, heard, allowed), []);
    const services = await given().read('services', '{.items[*].spec.clusterIP}');
    const addresses = services.split(' ').filter((address) => address !== 'None');
    assert.ok(addresses.length >= 3);
    const more = await hearFromOutside(
      addresses.flatMap((address) => PORTS.map((port) => `${address}:${port}`)),
    );
    assert.deepEqual(
      [...more].filter(([, said]) => said !== 'silent'),
      [],
    );
  });

  it('C21 opens from each of our pods exactly what the architecture names, and nothing else', async () => {
    const system = given();
    const found: string[] = [];
    let tried = 0;
    for (const from of ASKERS) {
      const pod = await podOf(system, from);
      const heard = await hearFrom(
        system,
        pod,
        targets.map(({ address }) => address),
      );
      tried += heard.size;
      found.push(...surprises(from, targets, heard, OPENS[from] ?? []));
    }
    say(`e2e: exposure matrix: ${tried} connections from ${ASKERS.length} kinds of pods`);
    assert.ok(tried > 1_000);
    assert.deepEqual(found, []);
  });

  it('B11 drops what a pod of a tenant sends to any of ours', async () => {
    const system = given();
    const [stranger] = await podsWith(system, 'app=stranger', TEAM);
    assert.ok(stranger);
    const heard = await hearFrom(
      system,
      stranger,
      targets.map(({ address }) => address),
    );
    assert.deepEqual(surprises('stranger', targets, heard, STRANGER), []);
  });

  it('C15 delivers nothing from a browser pod that goes around the proxy: TCP, UDP, and names', async () => {
    const system = given();
    const socket = createSocket('udp4').bind(0, MACHINE_ADDRESS);
    await once(socket, 'listening');
    const seen: string[] = [];
    socket.on('message', (message) => seen.push(String(message)));
    const { port } = socket.address();
    const hits = system.world.site.requests.length;
    const [stranger] = await podsWith(system, 'app=stranger', TEAM);
    assert.ok(stranger);
    const send = (pod: PodPlace, word: string): Promise<string> =>
      runIn(system, pod, AROUND, word, `${MACHINE_ADDRESS}:${port}`, system.world.site.url);
    try {
      assert.equal((await send(stranger, 'control')).trim(), 'named delivered');
      assert.equal(
        (await send(await podOf(system, 'browser'), 'around')).trim(),
        'nameless silent',
      );
    } finally {
      socket.close();
    }
    assert.deepEqual([...new Set(seen)], ['control']);
    assert.equal(system.world.site.requests.length, hits + 1);
  });

  it('G14 shows nothing of its inside at the Ingress: metrics, maps, repositories, internal routes', async () => {
    const paths = [
      '/metrics',
      '/api/metrics',
      '/api/v1/metrics',
      '/debug/pprof',
      '/.git/config',
      '/.env',
      '/assets/index.js.map',
      '/package.json',
      '/api/v1/%2e%2e/metrics',
      '/internal/v1/monitors',
      '/api/internal/v1/monitors',
      '/api//v1//internal',
    ];
    for (const path of paths) {
      const { status, text, type } = await getThrough(front(), path);
      assert.ok(status < 500, `${path}: ${status}`);
      const isPage = type.startsWith('text/html') && text.includes('<div id="root"');
      assert.ok(status >= 400 || isPage, `${path}: ${status} ${text.slice(0, 80)}`);
      assert.doesNotMatch(text, /process_cpu|"status":"ready"|at file:|sourcesContent|\[core\]/);
    }
  });
}

/** Sends a datagram, asks for a page, and asks the cluster for a name. */
const AROUND = `
const [word, udp, page] = process.argv.slice(1);
const { Resolver } = require('node:dns').promises;
const socket = require('node:dgram').createSocket('udp4');
const at = udp.lastIndexOf(':');
const resolver = new Resolver({ timeout: 1000, tries: 1 });
resolver.setServers(['${DNS_ADDRESS}']);
const tell = (promise, yes, no) => promise.then(() => yes, () => no);
Promise.all([
  tell(resolver.resolve4('kubernetes.default.svc.cluster.local'), 'named', 'nameless'),
  tell(fetch(page, { signal: AbortSignal.timeout(2000) }), 'delivered', 'silent'),
  new Promise((done) => socket.send(word, Number(udp.slice(at + 1)), udp.slice(0, at), done)),
]).then(([name, page]) => { console.log(name, page); process.exit(); });
`;
