/** Examines the MonitorPlatform and what the operator says in it: health, keys, model, namespaces. Pure. */
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import { PLATFORM_NAME } from '../../../core/kube/kinds.ts';
import { parseDuration } from '../../../domain/duration.ts';
import { age } from '../../terminal.ts';
import { fail, type Finding, lookAt, ok, valueOf, warn } from './finding.ts';
import type { Condition, Deployment } from './kinds.ts';
import type { Snapshot } from './snapshot.ts';

/** The status of a condition that is a failure, and the next step. The others are good or only said. */
const BAD: Readonly<Record<string, readonly [status: string, next: string]>> = {
  Ready: ['False', 'see the other lines'],
  KeysCurrent: [
    'False',
    'see kubectl monitor logs operator; for an incident kubectl monitor rotate --now',
  ],
  KeysLost: [
    'True',
    'restore the Secret, or take over new keys as operator/src/keys/README.md says',
  ],
  DataKeyLost: [
    'True',
    'restore the Secret duckmon-data-key from a backup: without it stored secrets are lost',
  ],
  NetworkPolicyEnforced: ['False', 'use a network plug-in that enforces NetworkPolicies'],
  Sandboxed: ['False', 'see the WorkerPools below'],
  SchedulerReachable: ['False', 'see kubectl monitor logs scheduler'],
};
/** True means that somebody wanted it so. */
const WANTED = ['Frozen', 'Paused'];

const sentence = ({ type, reason, message }: Condition): string =>
  [`${type}: ${reason ?? 'no reason'}`, ...(message ? [message] : [])].join('. ');

function examineCondition(condition: Condition): Finding {
  const topic = 'platform';
  const text = sentence(condition);
  const { type, status } = condition;
  const [bad, next] = BAD[type] ?? [];
  if (status === bad) return fail(topic, `${text}; ${next}`);
  if (WANTED.includes(type) && status === 'True')
    return warn(topic, `${text}; kubectl monitor resume lifts a freeze`);
  return status === 'Unknown' ? warn(topic, `${text}; look again in a minute`) : ok(topic, text);
}

/** Every condition is a line. */
export const examinePlatform = ({
  platform,
  namespace,
}: Pick<Snapshot, 'platform' | 'namespace'>): Finding[] =>
  lookAt('platform', platform, {
    absent: () => [
      fail(
        'platform',
        `there is no MonitorPlatform ${PLATFORM_NAME} in ${namespace}; is the operator running, and is this its namespace (--platform)?`,
      ),
    ],
    seen: ({ metadata, status }) => {
      const conditions = status?.conditions ?? [];
      if (conditions.length === 0)
        return [
          fail(
            'platform',
            'the operator has said nothing of it; see kubectl monitor logs operator',
          ),
        ];
      const late =
        status?.observedGeneration === metadata.generation
          ? []
          : [warn('platform', 'its last edit has not been taken up yet')];
      return [...conditions.map(examineCondition), ...late];
    },
  });

/** Keys of calls and tokens; the data key has no age: it is turned when somebody asks. */
export function examineKeys({ platform, now }: Pick<Snapshot, 'platform' | 'now'>): Finding[] {
  const seen = valueOf(platform);
  const current = (seen?.status?.keys ?? []).filter(
    ({ ring, state }) => ring !== 'Data' && state === 'Current',
  );
  const [oldest] = current.toSorted((a, b) => a.created.localeCompare(b.created));
  if (!seen) return [];
  if (!oldest) return [warn('keys', 'the operator names none yet; look again in a minute')];
  const { maxAge } = seen.spec.keys;
  const text = `the oldest key in use is ${age(oldest.created, now)} old, of at most ${maxAge}`;
  return now.getTime() - Date.parse(oldest.created) > parseDuration(maxAge)
    ? [fail('keys', `${text}; run kubectl monitor rotate, and see which reader holds it up`)]
    : [ok('keys', text)];
}

export function examineModel({
  platform,
  secrets,
}: Pick<Snapshot, 'platform' | 'secrets'>): Finding[] {
  const seen = valueOf(platform);
  if (!seen) return [];
  const { model } = seen.spec.pools.llm;
  if (!model)
    return [
      warn(
        'model',
        'none is configured: changes are found and not judged; set existingSecrets.openai or model.baseUrl',
      ),
    ];
  const secret = model.secretRef?.name;
  const names = valueOf(secrets);
  if (secret !== undefined && names && !names.includes(secret))
    return [fail('model', `the Secret ${secret} with its key is not there; create it`)];
  return [ok('model', `${model.name}${model.baseUrl === undefined ? '' : ` at ${model.baseUrl}`}`)];
}

/** Undefined: every namespace. */
function watchedBy(operator: Deployment, namespace: string): readonly string[] | undefined {
  const env = operator.spec?.template?.spec?.containers?.flatMap((one) => one.env ?? []) ?? [];
  const value = env.find(({ name }) => name === 'WATCH_NAMESPACES')?.value;
  return value === undefined ? undefined : [...value.split(/[\s,]+/), namespace];
}

/** A MonitorJob where nobody looks would stand there for ever. */
export const examineWatched = ({
  monitored,
  deployments,
  namespace,
}: Pick<Snapshot, 'monitored' | 'deployments' | 'namespace'>): Finding[] =>
  lookAt('namespaces', monitored, {
    absent: () => [],
    seen: (used) => {
      const operator = valueOf(deployments)?.find(
        ({ metadata }) => metadata.name === 'duckmon-operator',
      );
      if (!operator) return [warn('namespaces', 'which are watched is not known')];
      const watched = watchedBy(operator, namespace);
      const left = used.filter((name) => watched && !watched.includes(name));
      return left.length === 0
        ? [ok('namespaces', `all ${used.length} with MonitorJobs are watched`)]
        : [
            fail(
              'namespaces',
              `${left.join(', ')} has MonitorJobs and is not watched; add it to namespaces.list and upgrade the release`,
            ),
          ];
    },
  });

/** Address of the dashboard: that of the platform, else that of the chart. */
export const publicUrlOf = (
  platform: MonitorPlatform | undefined,
  api: Deployment | undefined,
): string | undefined =>
  platform?.spec.publicUrl ??
  api?.spec?.template?.spec?.containers
    ?.flatMap((one) => one.env ?? [])
    .find(({ name }) => name === 'PUBLIC_URL')?.value;
