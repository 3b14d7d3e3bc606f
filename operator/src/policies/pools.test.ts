import assert from 'node:assert/strict';
import { DEFAULT_PORTS } from '../../../services/core/contracts/ports.ts';
import { podTemplate } from '../controllers/workerpool/pod.ts';
import { poolOf, settingOf } from '../controllers/workerpool/testing.ts';
import { LIFETIMES } from '../names.ts';
import { METRICS_PORT } from './flows.ts';
import { planNetwork } from './policies.ts';
import { isAllowed, type End, type Pod } from './testing/evaluate.ts';
import { input, neighbours, outside, parts } from './testing/world.ts';

const plan = planNetwork(input);
const policies = plan.kind === 'policies' ? plan.policies : assert.fail('invalid');
const PORTS = [53, 80, 443, 6443, METRICS_PORT, 5432, 6379, ...Object.values(DEFAULT_PORTS)];
const everybody: Readonly<Record<string, End>> = { ...parts, ...neighbours, ...outside };

/** A pod as the controller of WorkerPools makes it. */
function podIn(namespace: string, lifetime: keyof typeof LIFETIMES): Pod {
  const pool = poolOf({}, { namespace, name: 'ephemeral-browser' });
  const { labels = {} } = podTemplate(settingOf({ pool }), LIFETIMES[lifetime]).metadata ?? {};
  return { kind: 'pod', namespace, labels, ip: '10.244.7.7' };
}

describe('operator: NetworkPolicies of the pods of pools', () => {
  for (const namespace of ['duckmon', 'team-a', 'duckmon-users'])
    for (const lifetime of ['pool', 'check'] as const) {
      const pod = podIn(namespace, lifetime);
      const kind = lifetime === 'check' ? 'a pod for one check' : 'a pod that stays';

      it(`C15 C21 let ${kind} in ${namespace} to the egress proxy, and nowhere else`, () => {
        const reached = Object.entries(everybody).flatMap(([name, to]) =>
          PORTS.filter((port) => isAllowed(policies, { from: pod, to, port })).map(
            (port) => `${name}:${port}`,
          ),
        );
        assert.deepEqual(reached, ['egress:8005']);
        for (const to of Object.values(everybody))
          for (const port of [53, 443])
            assert.equal(isAllowed(policies, { from: pod, to, port, protocol: 'UDP' }), false);
      });

      it(`C21 B11 let the scheduler to ${kind} in ${namespace}, monitoring to its metrics, and nobody else`, () => {
        const callers = Object.entries(everybody).flatMap(([name, from]) =>
          PORTS.filter((port) => isAllowed(policies, { from, to: pod, port })).map(
            (port) => `${name}:${port}`,
          ),
        );
        assert.deepEqual(callers, ['scheduler:8001', `prometheus:${METRICS_PORT}`]);
      });
    }
});
