/** Examines the cluster around an installation: versions, kinds, admission, its own namespace. Pure. */
import { MONITOR_JOBS } from '../../../core/kube/kinds.ts';
import { fail, type Finding, lookAt, ok, valueOf, warn } from './finding.ts';
import type { Crd, PolicyBinding } from './kinds.ts';
import type { Snapshot } from './snapshot.ts';

/** Since this one admission policies are always there. */
const OLDEST_MINOR = 30;

export function examineVersion({ version }: Pick<Snapshot, 'version'>): Finding[] {
  const minor = /^v1\.(\d+)/.exec(version)?.[1];
  if (minor === undefined) return [warn('API server', `says that its version is ${version}`)];
  return Number(minor) >= OLDEST_MINOR
    ? [ok('API server', `answers, ${version}`)]
    : [fail('API server', `${version} is too old; duckmon needs Kubernetes 1.${OLDEST_MINOR}`)];
}

const { group: GROUP, version: VERSION } = MONITOR_JOBS;
const CRD_NAMES = [
  'monitorjobs',
  'notificationchannels',
  'workerpools',
  'monitorplatforms',
] as const;
const APPLY_CRDS = 'run kubectl apply --server-side -f crds/';
const VERSION_LABEL = 'app.kubernetes.io/version';

export const examineCrds = ({ crds, platform }: Pick<Snapshot, 'crds' | 'platform'>): Finding[] =>
  lookAt('kinds', crds, {
    absent: () => [fail('kinds', `there are none; ${APPLY_CRDS}`)],
    seen: (all) => {
      const operator = valueOf(platform)?.status?.version;
      const found = CRD_NAMES.flatMap((plural) => {
        const name = `${plural}.${GROUP}`;
        return crdProblem(
          name,
          all.find(({ metadata }) => metadata.name === name),
          operator,
        );
      });
      return found.length > 0 ? found : [ok('kinds', `all four are there, ${VERSION}`)];
    },
  });

function crdProblem(name: string, crd: Crd | undefined, operator: string | undefined): Finding[] {
  if (!crd) return [fail('kinds', `${name} is not installed; ${APPLY_CRDS}`)];
  if (!crd.spec?.versions?.some((one) => one.name === VERSION && one.served))
    return [
      fail('kinds', `${name} has no version ${VERSION}, which this client speaks; ${APPLY_CRDS}`),
    ];
  const established = crd.status?.conditions?.find(({ type }) => type === 'Established');
  if (established?.status !== 'True')
    return [fail('kinds', `${name} is not established: see kubectl describe crd ${name}`)];
  const release = crd.metadata.labels?.[VERSION_LABEL];
  return release !== undefined && operator !== undefined && release !== operator
    ? [
        warn(
          'kinds',
          `${name} is of release ${release}, the operator of ${operator}; ${APPLY_CRDS}`,
        ),
      ]
    : [];
}

const POLICY_NAMES = [
  'duckmon-api-secrets',
  'duckmon-limits',
  'duckmon-operator-own',
  'duckmon-operator-secrets',
  'duckmon-operator-accounts',
  'duckmon-operator-workloads',
  'duckmon-monitorjob-secrets',
  'duckmon-channel-secrets',
  'duckmon-requested-by',
] as const;

export function examineAdmission({
  policies,
  bindings,
}: Pick<Snapshot, 'policies' | 'bindings'>): Finding[] {
  const topic = 'admission policies';
  const absent = (): Finding[] => [
    fail(topic, 'there are none; upgrade the release with admissionPolicies.enabled=true'),
  ];
  return lookAt(topic, policies, {
    absent,
    seen: (there) => {
      const missing = POLICY_NAMES.filter((name) => !there.includes(name));
      if (missing.length === POLICY_NAMES.length) return absent();
      if (missing.length > 0)
        return [fail(topic, `${missing.join(', ')} not there; upgrade the release`)];
      return lookAt(topic, bindings, { absent, seen: (bound) => unbound(topic, bound) });
    },
  });
}

function unbound(topic: string, bindings: readonly PolicyBinding[]): Finding[] {
  const loose = POLICY_NAMES.filter(
    (name) =>
      !bindings.some(
        ({ spec }) =>
          spec?.policyName === name && spec.validationActions?.includes('Deny') === true,
      ),
  );
  return loose.length === 0
    ? [ok(topic, `all ${POLICY_NAMES.length} are there and deny`)]
    : [fail(topic, `${loose.join(', ')} is bound by nothing that denies; upgrade the release`)];
}

const ENFORCE = 'pod-security.kubernetes.io/enforce';

export const examineNamespace = ({
  ownNamespace,
  namespace,
}: Pick<Snapshot, 'ownNamespace' | 'namespace'>): Finding[] =>
  lookAt('namespace', ownNamespace, {
    absent: () => [
      fail('namespace', `there is no namespace ${namespace}; name another with --platform`),
    ],
    seen: ({ metadata }) => {
      const level = metadata.labels?.[ENFORCE];
      return level === 'restricted'
        ? [ok('namespace', `${namespace} takes restricted pods alone`)]
        : [
            warn(
              'namespace',
              `${namespace} takes ${level ?? 'any'} pods; run kubectl label namespace ${namespace} ${ENFORCE}=restricted --overwrite`,
            ),
          ];
    },
  });
