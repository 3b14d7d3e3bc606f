/** Whether anybody enforces NetworkPolicies: the canary says it while the engine is cut off, and dead. */
import assert from 'node:assert/strict';
import { timed, until, type System } from './system.ts';

const WITHIN_MS = 60_000;
const AGENT = 'daemonset/kube-network-policies';
/** No node has this label, so that the agent goes from all of them. */
const NOWHERE = { 'duckmon.test/nowhere': 'true' };

async function becomes(system: System, status: string, reason: string): Promise<void> {
  const condition = '{.status.conditions[?(@.type=="NetworkPolicyEnforced")]';
  await until(
    `NetworkPolicyEnforced=${status}`,
    async () => {
      const said = await system.read('mplat/default', `${condition}.status} ${condition}.reason}`);
      return said === `${status} ${reason}` ? said : undefined;
    },
    WITHIN_MS,
  );
}

const placeAgent = async ({ node }: System, nodeSelector: object | null): Promise<void> => {
  const patch = [{ op: 'replace', path: '/spec/template/spec/nodeSelector', value: nodeSelector }];
  const at = ['-n', 'kube-system', 'patch', AGENT, '--type=json', '-p', JSON.stringify(patch)];
  await node.kubectl(at);
  const pods = ['pods', '-l', 'app=kube-network-policies'];
  if (nodeSelector === null)
    await node.kubectl(['-n', 'kube-system', 'rollout', 'status', AGENT, '--timeout=60s']);
  else await node.kubectl(['-n', 'kube-system', 'wait', '--for=delete', ...pods, '--timeout=60s']);
};

export function enforcement(given: () => System): void {
  before(() => becomes(given(), 'True', 'Enforced'));

  it('shows within a minute that nobody enforces NetworkPolicies any more, and that somebody does again', async () => {
    const system = given();
    await system.node.stopEnforcing();
    try {
      await timed(system, 'without rules until NetworkPolicyEnforced=False', () =>
        becomes(system, 'False', 'NotEnforced'),
      );
      const ready = '{.status.conditions[?(@.type=="Ready")].message}';
      assert.match(await system.read('mplat/default', ready), /does not enforce NetworkPolicies/);
    } finally {
      await system.node.enforcePolicies();
    }
    await becomes(system, 'True', 'Enforced');
  });

  it('knows nothing within a minute when the engine is dead: nothing passes, and nothing is proved', async () => {
    const system = given();
    await placeAgent(system, NOWHERE);
    try {
      await timed(system, 'with a dead engine until NetworkPolicyEnforced=Unknown', () =>
        becomes(system, 'Unknown', 'NothingPasses'),
      );
    } finally {
      await placeAgent(system, null);
    }
    await becomes(system, 'True', 'Enforced');
  });
}
