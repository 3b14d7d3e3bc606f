/** The conditions of the MonitorPlatform: the health of the installation. Pure. */
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import { isDisabled, isDryRun } from '../../marks.ts';
import { PLATFORM_NAME } from '../../names.ts';
import { suspendedBy } from './asked.ts';
import type { ClusterFindings, Findings, PlatformClaim } from './types.ts';

const nameOf = ({ metadata }: WorkerPool): string => `${metadata.namespace}/${metadata.name}`;

function sandboxed(pools: readonly WorkerPool[]): PlatformClaim {
  const type = 'Sandboxed';
  const found = pools
    .filter(({ spec }) => spec.role === 'Browser')
    .map((pool) => ({
      pool,
      condition: pool.status?.conditions?.find((one) => one.type === type),
    }));
  const bad = found.filter(({ condition }) => condition?.status === 'False');
  if (bad.length > 0) {
    const message = bad
      .map(({ pool, condition }) => `${nameOf(pool)}: ${condition?.message ?? ''}`)
      .join(' ');
    return { type, status: 'False', reason: 'PoolNotSandboxed', message };
  }
  const waiting = found.filter(({ condition }) => condition?.status !== 'True');
  if (found.length === 0 || waiting.length > 0) {
    const names = waiting.map(({ pool }) => nameOf(pool)).join(', ');
    const message = names === '' ? 'There is no browser pool.' : `Not known yet of ${names}.`;
    return { type, status: 'Unknown', reason: 'Pending', message };
  }
  const message = 'The browsers of every pool are sandboxed.';
  return { type, status: 'True', reason: 'Sandboxed', message };
}

function schedulerReachable({ reachability }: Findings): PlatformClaim {
  const type = 'SchedulerReachable';
  switch (reachability.kind) {
    case 'reached':
      return { type, status: 'True', reason: 'Reachable', message: '' };
    case 'unreachable':
      return { type, status: 'False', reason: 'Unreachable', message: reachability.message };
    case 'pending':
      return { type, status: 'Unknown', reason: 'Pending', message: 'Not asked yet.' };
    default:
      return reachability satisfies never;
  }
}

function frozen({ platform, freeze }: Findings): PlatformClaim {
  const type = 'Frozen';
  const wanted = platform.spec.suspend;
  if (freeze.kind !== 'answered') {
    const message =
      freeze.kind === 'failed'
        ? `The scheduler has not answered yet: ${freeze.message}`
        : 'Under the dry-run annotation the scheduler is told nothing: see the Events.';
    const reason = wanted ? 'Suspended' : 'NotFrozen';
    return { type, status: 'Unknown', reason, message };
  }
  if (!freeze.frozen) return { type, status: 'False', reason: 'NotFrozen', message: '' };
  const by = suspendedBy(platform);
  const message = wanted
    ? `spec.suspend is true: no check begins and nothing is sent. Asked for by ${by ?? 'somebody who gave no name'}.`
    : 'Frozen at the scheduler itself, not here: an administrator must lift it there.';
  return { type, status: 'True', reason: 'Suspended', message };
}

/** On a laptop keys lie in files of the data folder and workers are processes: nothing is kept here. */
const LOCAL: readonly PlatformClaim[] = [
  {
    type: 'KeysCurrent',
    status: 'True',
    reason: 'Adopted',
    message: 'The keys lie in the data folder of this machine; they are not rotated from here.',
  },
  { type: 'KeysLost', status: 'False', reason: 'NotLost', message: '' },
  { type: 'DataKeyLost', status: 'False', reason: 'NotLost', message: '' },
  {
    type: 'DataKeyRotating',
    status: 'False',
    reason: 'NotRotating',
    message: 'On a machine of its own npx duckmon generate-keys --data-key turns it.',
  },
  {
    type: 'NetworkPolicyEnforced',
    status: 'Unknown',
    reason: 'CanaryPending',
    message: 'Workers are processes of this machine: there are no NetworkPolicies.',
  },
  {
    type: 'Sandboxed',
    status: 'Unknown',
    reason: 'Pending',
    message: 'Workers are processes of this machine: see the log of the browser service.',
  },
];

function clusterClaims({ keys, keyProblems, enforced, pools }: ClusterFindings): PlatformClaim[] {
  const said: readonly PlatformClaim[] = keys?.conditions ?? [];
  const withProblems = said.map((claim): PlatformClaim =>
    claim.type === 'KeysCurrent' && keyProblems.length > 0
      ? { ...claim, message: `${claim.message} Ignored: ${keyProblems.join('; ')}.` }
      : claim,
  );
  return [...withProblems, ...(enforced ? [enforced] : []), sandboxed(pools)];
}

/** What keeps the installation from being well, and what it is when it holds. */
const BAD: Readonly<Partial<Record<PlatformClaim['type'], PlatformClaim['status']>>> = {
  KeysCurrent: 'False',
  KeysLost: 'True',
  DataKeyLost: 'True',
  NetworkPolicyEnforced: 'False',
  Sandboxed: 'False',
  SchedulerReachable: 'False',
};

function ready(
  claims: readonly PlatformClaim[],
  { platform, refused }: Pick<Findings, 'platform' | 'refused'>,
): PlatformClaim {
  const type = 'Ready';
  if (refused !== undefined) {
    const message = `The chart's values under platform are not in force; correct them and upgrade the release: ${refused}`;
    return { type, status: 'False', reason: 'NotReady', message };
  }
  const bad = claims.filter((claim) => BAD[claim.type] === claim.status);
  if (bad.length > 0) {
    const message = bad.map((claim) => `${claim.type} is ${claim.status}: ${claim.message}`);
    return { type, status: 'False', reason: 'NotReady', message: message.join(' ') };
  }
  const isPending = claims.some(
    (one) => one.type === 'SchedulerReachable' && one.status !== 'True',
  );
  if (isPending)
    return {
      type,
      status: 'Unknown',
      reason: 'Pending',
      message: 'The scheduler was not asked yet.',
    };
  const message = isDryRun(platform)
    ? 'Nothing is done under the dry-run annotation: see the Events.'
    : halfOpened(platform);
  return { type, status: 'True', reason: 'Ready', message };
}

/** What entries for pods do not do: which of the other entries is the address of their Service nobody knows. */
function halfOpened({ spec }: MonitorPlatform): string {
  const paths = (spec.egress?.allow ?? []).flatMap(({ podSelector }, index) =>
    podSelector ? [`spec.egress.allow[${index}]`] : [],
  );
  return paths.length === 0
    ? ''
    : `${paths.join(', ')}: an entry for pods opens the network alone; the egress proxy opens their Service by an entry with its address as cidr, such as 10.96.0.50/32, and its ports.`;
}

/** All conditions, in the order in which they are shown. */
export function claimsOf(findings: Findings): readonly PlatformClaim[] {
  const { platform, cluster } = findings;
  const claims = [
    ...(cluster ? clusterClaims(cluster) : LOCAL),
    schedulerReachable(findings),
    frozen(findings),
  ];
  const paused: PlatformClaim = isDisabled(platform)
    ? { type: 'Paused', status: 'True', reason: 'ReconcileDisabled', message: '' }
    : { type: 'Paused', status: 'False', reason: 'NotPaused', message: '' };
  return [ready(claims, findings), ...claims, paused];
}

/** All that is said of a MonitorPlatform outside of the operator's namespace. */
export const notTheOne = (namespace: string): readonly PlatformClaim[] => [
  {
    type: 'Ready',
    status: 'False',
    reason: 'NotTheOne',
    message: `Only the MonitorPlatform ${PLATFORM_NAME} in the namespace ${namespace} counts; delete this one.`,
  },
];
