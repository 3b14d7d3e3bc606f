/** What a canary pod's two attempts say about NetworkPolicies: whether anybody enforces them. */
import type { Reason } from '../names.ts';
import type { NetworkProblem } from './input.ts';

/** The last attempts: whether the connection was opened; undefined while there was none. */
export interface CanaryAnswer {
  /** A connection that the policies allow, to the egress proxy. */
  readonly allowed: boolean | undefined;
  /** A connection that they forbid. */
  readonly forbidden: boolean | undefined;
}

export interface EnforcedClaim {
  readonly type: 'NetworkPolicyEnforced';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Reason<'MonitorPlatform', 'NetworkPolicyEnforced'>;
  readonly message: string;
}

/**
 * True only when both attempts ended as the policies say. When nothing passes at all the network may be
 * down or a policy agent dead, which proves nothing.
 * @param problems what kept the policies from being written.
 */
export function judgeCanary(
  answer: CanaryAnswer | undefined,
  problems: readonly NetworkProblem[],
): EnforcedClaim {
  const type = 'NetworkPolicyEnforced';
  const [problem] = problems;
  if (problem) {
    const message = `The policies are left as they were: ${problem.path} ${problem.message}.`;
    return { type, status: 'False', reason: 'InvalidPolicy', message };
  }
  if (answer?.forbidden === true) {
    const message =
      'A forbidden connection was opened: the cluster does not enforce NetworkPolicies. Install a network plugin that does.';
    return { type, status: 'False', reason: 'NotEnforced', message };
  }
  if (answer?.allowed === undefined || answer.forbidden === undefined) {
    const message = 'The canary has not tried yet.';
    return { type, status: 'Unknown', reason: 'CanaryPending', message };
  }
  if (!answer.allowed) {
    const message =
      'Neither the allowed nor the forbidden connection was opened: look at the egress proxy and at the network plugin.';
    return { type, status: 'Unknown', reason: 'NothingPasses', message };
  }
  const message = 'The allowed connection was opened and the forbidden one was not.';
  return { type, status: 'True', reason: 'Enforced', message };
}
