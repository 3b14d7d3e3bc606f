/**
 * The proxy is dead, or one that forwards everything stands in its place, or its list is as open as it can be
 * written: from inside the pod of a browser the exposure matrix holds, directly and through the proxy.
 */
import assert from 'node:assert/strict';
import { NODE_ADDRESS } from '../../lib/cluster/node/addresses.ts';
import { hearThroughProxy, OPEN_PROXY, type Heard } from './connections.ts';
import { browserSurprises, OPENS, PORTS, surprises, targetsOf, type Target } from './exposure.ts';
import { FRONT_PORT, type Front } from './front.ts';
import { alertsOf, askForRuns, becomes, channelObjects, jobOf } from './journey.ts';
import { allowedBy, allowing, endProxy, startProxy } from './opened.ts';
import { podOf, podsWith } from './pods.ts';
import { NAMESPACE, TEAM, timed, until, type System } from './system.ts';
import { openTrap, visit, type Trap } from './visits.ts';

const METADATA = '169.254.169.254';
/** It tries again by itself, with pauses that double. */
const PATIENCE_MS = 240_000;
const JOB = 'beyond';

const pageOf = (price: number): string =>
  `<!doctype html><title>Shop</title><h1>Duck</h1><p>Price: EUR ${price}.00</p>`;

/** A pod of the proxy, with its labels and rights, in which another program runs. */
async function openPodOf(system: System): Promise<object> {
  const pod = await podOf(system, 'egress');
  const text = await system.kubectl(['get', 'pod', pod.name, '-o', 'json']);
  const { metadata, spec } = JSON.parse(text) as {
    metadata: { labels: Record<string, string> };
    spec: { containers: object[]; nodeName?: string };
  };
  // By this label the ReplicaSet would take it for one of its own, and end it.
  const { 'pod-template-hash': _, ...labels } = metadata.labels;
  const { nodeName: __, ...rest } = spec;
  const containers = spec.containers.map((one) => ({
    ...one,
    command: ['node', '-e', OPEN_PROXY],
  }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'open-proxy', namespace: NAMESPACE, labels },
    spec: { ...rest, containers },
  };
}

/** What no page may reach beside our own pods: node, metadata, pods of the cluster, addresses of Services. */
async function insideOf(system: System): Promise<readonly Target[]> {
  const dns = await podsWith(system, 'k8s-app=kube-dns', 'kube-system');
  assert.ok(dns.length > 0);
  const each =
    '{range .items[*]}{.metadata.name} {.spec.clusterIP}:{.spec.ports[0].port}{"\\n"}{end}';
  const services = (await system.read('services', each)).split('\n').map((line) => line.split(' '));
  return [
    { flow: 'kubelet:10250', address: `${NODE_ADDRESS}:10250` },
    { flow: 'apiserver:6443', address: `${NODE_ADDRESS}:6443` },
    { flow: 'metadata:80', address: `${METADATA}:80` },
    ...dns.map(({ address }) => ({ flow: 'dns:9153', address: `${address}:9153` })),
    ...services.flatMap(([name = '', address = '']) =>
      // Its own Service leads the proxy back to itself.
      address === '' || address.startsWith('None') || name.startsWith('duckmon-egress')
        ? []
        : [{ flow: `service ${name}`, address }],
    ),
  ];
}

const addressesOf = (targets: readonly Target[]): string[] => targets.map(({ address }) => address);

export function proxies(given: () => System, front: () => Front): void {
  let trap: Trap;
  let inside: readonly Target[];
  before(async () => {
    trap = await openTrap();
    await given().node.answerAt(METADATA);
    inside = await insideOf(given());
  });
  after(() => trap.close());

  const hear = async (targets: readonly Target[]): Promise<ReadonlyMap<string, Heard>> =>
    hearThroughProxy(given(), await podOf(given(), 'browser'), addressesOf(targets));
  const targetsNow = async (): Promise<readonly Target[]> => [
    ...(await targetsOf(given(), front())),
    ...inside,
  ];

  describe('that is dead', () => {
    let targets: readonly Target[];
    before(async () => {
      const { world, apply } = given();
      targets = await targetsNow();
      world.site.set(JOB, pageOf(100));
      await apply(...channelObjects(given()), jobOf(given(), JOB, JOB));
      await becomes(given(), `mj/${JOB}`, 'Healthy');
    });
    after(() => given().node.kubectl(['-n', TEAM, 'delete', `mj/${JOB}`]));

    it('C15 F18 lets nothing out, is named by the check, and is made up for without anybody asking', async () => {
      const system = given();
      const { site } = system.world;
      const said = (field: string): Promise<string> => system.read(`mj/${JOB}`, field, TEAM);
      await endProxy(system);
      try {
        const before = site.requests.length;
        site.set(JOB, pageOf(101));
        await askForRuns(system, [JOB]);
        await until('the check that failed', async () => {
          const health = await said('{.status.conditions[?(@.type=="Healthy")].status}');
          return health === 'False' ? health : undefined;
        });
        assert.equal(
          await said(
            '{.status.lastCheck.outcome} {.status.conditions[?(@.type=="Healthy")].reason}: {.status.lastCheck.message}',
          ),
          'Failed Internal: The egress proxy cannot be reached.',
        );
        assert.deepEqual(await browserSurprises(system, targets, []), []);
        for (const mode of ['own', 'bare'] as const)
          assert.deepEqual(await visit(system, trap, mode), [], mode);
        assert.equal(site.requests.length, before);
        assert.deepEqual(alertsOf(system, JOB), []);
      } finally {
        await startProxy(system);
      }
      await timed(system, 'from the proxy that is back to the alert', () =>
        until('the alert', async () => alertsOf(system, JOB)[0], PATIENCE_MS),
      );
      await becomes(system, `mj/${JOB}`, 'Healthy');
      assert.equal(alertsOf(system, JOB).length, 1);
    });
  });

  describe('that opens everything', () => {
    before(async () => {
      const { apply, kubectl } = given();
      const open = await openPodOf(given());
      await endProxy(given());
      await apply(open);
      await kubectl(['wait', '--for=condition=Ready', 'pod/open-proxy', '--timeout=60s']);
    });
    after(async () => {
      const now = ['--ignore-not-found', '--grace-period=0', '--force'];
      await given().kubectl(['delete', 'pod/open-proxy', ...now]);
      await startProxy(given());
    });

    it('C15 C21 lets nothing but what is opened be reached through it', () => holds(given()));

    it('C18 C21 lets nothing of ours be reached through it when its list opens all of 10.0.0.0/8', async () => {
      const wholeCluster = { cidr: '10.0.0.0/8', ports: PORTS };
      await allowing(given(), [...allowedBy(given()), wholeCluster], () =>
        // What is not ours is what such a list opens.
        holds(given(), [...(OPENS['egress'] ?? []), `front:${FRONT_PORT}`]),
      );
    });

    it('C15 is seen to reach all of it when nobody enforces the policies (control)', () =>
      isSeenToFall(given()));

    /** Directly and through the proxy, by attempts and by a page that makes them. */
    async function holds(system: System, through = OPENS['egress'] ?? []): Promise<void> {
      const targets = await targetsNow();
      await until('the table, through the proxy', async () => {
        assert.deepEqual(surprises('egress', targets, await hear(targets), through), []);
        return true;
      });
      assert.deepEqual(await browserSurprises(system, targets), []);
      for (const mode of ['own', 'trusting', 'bare'] as const)
        assert.deepEqual(await visit(system, trap, mode), [], mode);
    }

    async function isSeenToFall(system: System): Promise<void> {
      const targets = await targetsNow();
      const flows = ['postgres:5432', 'redis:6379', 'scheduler:8004', 'kubernetes:443'];
      const aims = [...targets.filter(({ flow }) => flows.includes(flow)), ...inside];
      await system.node.stopEnforcing();
      try {
        await until('what the proxy opens', async () => {
          const silent = [...(await hear(aims))].filter(([, heard]) => heard === 'silent');
          assert.deepEqual(silent, []);
          assert.deepEqual(await visit(system, trap, 'trusting'), ['tcp']);
          return true;
        });
      } finally {
        await system.node.enforcePolicies();
      }
    }
  });
}
