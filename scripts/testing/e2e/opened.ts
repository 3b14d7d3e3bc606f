/** What an operator of the installation opens: what is refused, and how a Service of the cluster is watched. */
import assert from 'node:assert/strict';
import type { EgressAllow } from '../../../crds/types/monitorplatform.ts';
import { PORTS } from './exposure.ts';
import { becomes, jobOf } from './journey.ts';
import { strangerPod } from './pods.ts';
import { rollOut, TEAM, until, type System } from './system.ts';

const EGRESS = 'mon.duckerhub.com/component=egress';

/** What the values of the chart open. */
export const allowedBy = ({ values }: System): readonly EgressAllow[] =>
  (values['platform'] as { egress: { allow: readonly EgressAllow[] } }).egress.allow;

/** Without entries the field is nobody's, and the operator fills it from the chart's values again. */
const setAllow = (system: System, allow: readonly EgressAllow[] | null): Promise<string> => {
  const patch = JSON.stringify({ spec: { egress: { allow } } });
  return system.kubectl(['patch', 'mplat/default', '--type=merge', '-p', patch]);
};

/** Opens other targets for a while; done when the operator has made policies and list follow. */
export async function allowing(
  system: System,
  allow: readonly EgressAllow[],
  work: () => Promise<void>,
): Promise<void> {
  const follows = (): Promise<true> =>
    until('the operator', async () => {
      const versions = '{.metadata.generation} {.status.observedGeneration}';
      const [asked, seen] = (await system.read('mplat/default', versions)).split(' ');
      return asked === seen || undefined;
    });
  await setAllow(system, allow);
  try {
    await follows();
    await work();
  } finally {
    await setAllow(system, null);
    await until('the values of the chart again', async () =>
      (await system.read('mplat/default', '{.spec.egress.allow}')) === '' ? undefined : true,
    );
    await follows();
  }
}

/** Ends every pod of the proxy. */
export async function endProxy({ kubectl }: System): Promise<void> {
  await kubectl(['scale', 'deployment/duckmon-egress', '--replicas=0']);
  await kubectl(['wait', '--for=delete', 'pods', '-l', EGRESS, '--timeout=60s']);
}

/** Brings its pods back; done when everything is Ready. */
export async function startProxy({ kubectl }: System): Promise<void> {
  await kubectl(['scale', 'deployment/duckmon-egress', '--replicas=2']);
  await rollOut(kubectl);
}

/** A page in a pod of the team, at the address of its Service. */
const WIKI = `
require('node:http').createServer((_asked, answer) => answer.setHeader('content-type', 'text/html')
  .end('<!doctype html><title>Wiki</title><h1>Duty</h1><p>On duty this week: a duck, and another one beside it.</p>'),
).listen(8080);
`;

/** @returns the address of the Service. */
async function startWiki(system: System): Promise<string> {
  const image = await system.read('deployment/duckmon-api', '{..containers[0].image}');
  const labels = { app: 'wiki' };
  await system.apply(strangerPod(image, TEAM, 'wiki', WIKI), {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'wiki', namespace: TEAM },
    spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
  });
  const ready = ['wait', '--for=condition=Ready', 'pod/wiki', '--timeout=60s'];
  await system.node.kubectl(['-n', TEAM, ...ready]);
  return system.read('service/wiki', '{.spec.clusterIP}', TEAM);
}

/** Whether the first check of a new monitor on a page has read it, and what it says. */
async function firstCheckOf(system: System, name: string, url: string): Promise<string> {
  const sources = [{ name: 'page', url, fetch: 'Http' }];
  await system.apply(jobOf(system, name, name, { sources }));
  return until('the first check', async () => {
    const health = '{.status.conditions[?(@.type=="Healthy")]';
    const said = await system.read(
      `mj/${name}`,
      `${health}.status} ${health}.reason} {.status.lastCheck.message}`,
      TEAM,
    );
    return /^(True|False)/.test(said) ? said.trim() : undefined;
  });
}

export function opened(given: () => System): void {
  it('C18 refuses a list that opens everything, names the field, and says what to write', async () => {
    for (const cidr of ['0.0.0.0/0', '::/0'])
      await assert.rejects(
        setAllow(given(), [{ cidr, ports: PORTS }]),
        /spec\.egress\.allow\[0\]\.cidr: .*is wider than any private network: write the network that you mean/s,
      );
  });

  it('C18 reads a Service of the cluster when its address and its pods are opened, and not by its pods alone', async () => {
    const system = given();
    const address = await startWiki(system);
    const namespaces = [TEAM];
    const pods: EgressAllow = {
      namespaces,
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': TEAM } },
      podSelector: { matchLabels: { app: 'wiki' } },
      ports: [8080],
    };
    const service: EgressAllow = { namespaces, cidr: `${address}/32`, ports: [80] };
    const url = `http://${address}/`;
    try {
      await allowing(system, [...allowedBy(system), pods], async () => {
        const said = await firstCheckOf(system, 'wiki-closed', url);
        assert.equal(said, 'False AddressForbidden The address of the page is not allowed.');
      });
      await allowing(system, [...allowedBy(system), pods, service], async () => {
        // New pods have the list at once; running ones would have it within two minutes.
        await endProxy(system);
        await startProxy(system);
        await firstCheckOf(system, 'wiki', url);
        await becomes(system, 'mj/wiki', 'Healthy');
      });
    } finally {
      const left = ['mj/wiki', 'mj/wiki-closed', 'service/wiki', 'pod/wiki'];
      await system.node.kubectl(['-n', TEAM, 'delete', '--ignore-not-found', ...left]);
    }
  });
}
