/** The NetworkPolicies on a real API server: it takes each of them as it is. */
import assert from 'node:assert/strict';
import type { Transport } from '../../../services/core/kube/transport.ts';
import { defineResource } from '../../../services/core/kube/types.ts';
import { transportOf } from '../../../crds/testing/server.ts';
import { useCluster } from '../../../scripts/testing/cluster/hooks.ts';
import { planNetwork } from './policies.ts';
import { input } from './testing/world.ts';
import type { NetworkPolicy } from './types.ts';

const NETWORK_POLICY = defineResource<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
});

describe('NetworkPolicies on a real API server', () => {
  const cluster = useCluster();
  let transport: Transport;
  before(() => (transport = transportOf(cluster())));
  after(() => transport.close());

  it('C21 are stored word by word, with v4 and v6, databases outside and targets by label', async () => {
    const labels = { matchLabels: { app: 'shop' } };
    const allow = [
      { cidr: '10.1.0.0/16', ports: [80, 8443] },
      { namespaceSelector: labels, podSelector: labels, ports: [8080] },
    ];
    const plan = planNetwork({
      ...input,
      spec: { ...input.spec, egress: { ...input.spec.egress, allow } },
      postgres: { kind: 'server', addresses: ['203.0.114.7', '2a01:4f8::7'], port: 6432 },
    });
    const policies = plan.kind === 'policies' ? plan.policies : assert.fail('invalid');
    for (const policy of policies) {
      const placed = { ...policy, metadata: { ...policy.metadata, namespace: 'default' } };
      const stored = await transport.create(NETWORK_POLICY, placed, { dryRun: true });
      assert.deepEqual(stored.spec, policy.spec, policy.metadata.name);
    }
  });
});
