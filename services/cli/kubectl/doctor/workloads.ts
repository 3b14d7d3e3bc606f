/** Examines what runs: the operator's lease, Deployments and their images and Secrets, WorkerPools. Pure. */
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import { age } from '../../terminal.ts';
import { fail, type Finding, lookAt, ok, warn } from './finding.ts';
import type { Container, Deployment } from './kinds.ts';
import type { Snapshot } from './snapshot.ts';

/** Six times what the operator takes; clocks differ. */
const STALE_MS = 60_000;

export const examineLease = ({ lease, now }: Pick<Snapshot, 'lease' | 'now'>): Finding[] =>
  lookAt('operator', lease, {
    absent: () => [
      fail('operator', 'no operator has ever led here; see kubectl monitor logs operator'),
    ],
    seen: ({ spec }) => {
      const { holderIdentity: holder = '', renewTime } = spec ?? {};
      if (holder === '') return [fail('operator', 'none leads; see kubectl monitor logs operator')];
      const isFresh = renewTime !== undefined && now.getTime() - Date.parse(renewTime) <= STALE_MS;
      return isFresh
        ? [ok('operator', `${holder} leads`)]
        : [
            fail(
              'operator',
              `${holder} led, and was last heard of ${age(renewTime, now)} ago; see kubectl monitor logs operator`,
            ),
          ];
    },
  });

const EXPECTED = ['operator', 'scheduler', 'api', 'dashboard', 'notification', 'egress'] as const;
const ROOTS = ['duckmon-internal-key', 'duckmon-jwt-secret', 'duckmon-data-key'] as const;

const ours = (all: readonly Deployment[]): Deployment[] =>
  EXPECTED.flatMap((part) => all.filter(({ metadata }) => metadata.name === `duckmon-${part}`));

function examineDeployment(part: string, all: readonly Deployment[]): Finding {
  const topic = `deployment ${part}`;
  const found = all.find(({ metadata }) => metadata.name === `duckmon-${part}`);
  if (!found) return fail(topic, 'is not there; upgrade the release');
  const wanted = found.spec?.replicas ?? 1;
  const there = found.status?.availableReplicas ?? 0;
  if (wanted === 0)
    return fail(topic, 'is scaled to none; kubectl scale it, or upgrade the release');
  if (there >= wanted) return ok(topic, `${there} of ${wanted} are ready`);
  const text = `${there} of ${wanted} are ready; see kubectl monitor logs ${part} and kubectl describe pods`;
  return there === 0 ? fail(topic, text) : warn(topic, text);
}

export const examineDeployments = ({ deployments }: Pick<Snapshot, 'deployments'>): Finding[] =>
  lookAt('deployments', deployments, {
    absent: () => [],
    seen: (all) => EXPECTED.map((part) => examineDeployment(part, all)),
  });

const containersOf = ({ spec }: Deployment): readonly Container[] => [
  ...(spec?.template?.spec?.containers ?? []),
  ...(spec?.template?.spec?.initContainers ?? []),
];

/** A tag alone may mean another image tomorrow. */
export const examineImages = ({ deployments }: Pick<Snapshot, 'deployments'>): Finding[] =>
  lookAt('images', deployments, {
    absent: () => [],
    seen: (all) => {
      const images = new Set(
        ours(all)
          .flatMap(containersOf)
          .map(({ image = '' }) => image),
      );
      const loose = [...images].filter((image) => !image.includes('@sha256:'));
      return loose.length === 0
        ? [ok('images', 'all by digest')]
        : [
            warn(
              'images',
              `by tag: ${loose.join(', ')}; set image.digest and browserImage.digest (workers are made by digest alone)`,
            ),
          ];
    },
  });

/** Secrets without which a pod does not start. */
function neededBy(deployment: Deployment): string[] {
  const volumes = deployment.spec?.template?.spec?.volumes ?? [];
  const mounted = volumes.flatMap(({ secret }) =>
    secret && secret.optional !== true ? [secret.secretName ?? ''] : [],
  );
  const inEnv = containersOf(deployment)
    .flatMap(({ env = [] }) => env)
    .flatMap(({ valueFrom }) => {
      const ref = valueFrom?.secretKeyRef;
      return ref && ref.optional !== true ? [ref.name ?? ''] : [];
    });
  return [...mounted, ...inEnv];
}

/** Says names and never a value. */
export const examineSecrets = ({
  secrets,
  deployments,
}: Pick<Snapshot, 'secrets' | 'deployments'>): Finding[] =>
  lookAt('secrets', secrets, {
    absent: () => [],
    seen: (names) => {
      const all = deployments.kind === 'seen' ? ours(deployments.value) : [];
      const needed = [...new Set([...ROOTS, ...all.flatMap(neededBy)])];
      const missing = needed.filter((name) => !names.includes(name));
      if (missing.length === 0) return [ok('secrets', `all ${needed.length} are there`)];
      return missing.map((name) =>
        fail(
          'secrets',
          name.startsWith('duckmon-keys-') || (ROOTS as readonly string[]).includes(name)
            ? `${name} is not there; the operator makes it: see kubectl monitor logs operator`
            : `${name} is not there; create it, or upgrade the release`,
        ),
      );
    },
  });

/** The conditions that count, each with what is a failure. */
const POOL_CONDITIONS = ['Ready', 'Sandboxed'] as const;

function examinePool({ metadata, status }: WorkerPool): Finding {
  const topic = `pool ${metadata.namespace}/${metadata.name}`;
  const found = POOL_CONDITIONS.map((type) =>
    status?.conditions?.find((condition) => condition.type === type),
  );
  const bad = found.find((condition) => condition?.status === 'False');
  if (bad)
    return fail(
      topic,
      `${bad.type}: ${bad.reason}${bad.message ? `. ${bad.message}` : ''}; see kubectl describe wp ${metadata.name} -n ${metadata.namespace}`,
    );
  return found.every((condition) => condition?.status === 'True')
    ? ok(topic, `${status?.readyReplicas ?? 0} pods with ${status?.slots ?? 0} slots, sandboxed`)
    : warn(topic, 'it is not known yet whether it is ready and sandboxed; look again in a minute');
}

export const examinePools = ({ pools }: Pick<Snapshot, 'pools'>): Finding[] =>
  lookAt('pools', pools, {
    absent: () => [],
    seen: (all) =>
      all.length === 0
        ? [
            fail(
              'pools',
              'there are none, so nothing is checked; see kubectl monitor logs operator',
            ),
          ]
        : all.map(examinePool),
  });
