/** The conditions of a MonitorJob in local mode, from what the store knows. Pure. */
import type { StatusCondition } from '../../crds/types/monitorjob.ts';
import type {
  NotificationChannelSpec,
  SecretKeyRef,
} from '../../crds/types/notificationchannel.ts';
import { namedTargetOf, secretsOf } from '../core/channelTarget.ts';
import { isIsolated, OWN_BROWSER_NOTE } from '../domain/isolation.ts';
import type { Monitor } from '../store/monitors.ts';
import { KUBERNETES } from '../store/projection.ts';

/** What a job can refer to. */
export interface References {
  readonly channels: ReadonlyMap<string, NotificationChannelSpec>;
  /** Keys by the name of the Secret. */
  readonly secrets: ReadonlyMap<string, readonly string[]>;
  readonly configMaps: ReadonlyMap<string, readonly string[]>;
}

type Reason = 'ChannelNotFound' | 'SecretNotFound' | 'ConfigMapNotFound';
interface Violation {
  readonly reason: Reason;
  readonly message: string;
}

/** Every Secret key that a channel names. */
export function secretRefsOf(channel: NotificationChannelSpec): readonly SecretKeyRef[] {
  const target = namedTargetOf(channel);
  return target ? secretsOf(target) : [];
}

const channelNames = ({ spec }: Monitor): string[] => [
  ...(spec.alerting.channelRefs ?? []).map(({ name }) => name),
  ...(spec.alerting.onFailure.channelRefs ?? []).map(({ name }) => name),
];

function channelsExist(monitor: Monitor, references: References): Violation | undefined {
  const missing = channelNames(monitor).find((name) => !references.channels.has(name));
  if (missing === undefined) return undefined;
  return {
    reason: 'ChannelNotFound',
    message: `spec.alerting.channelRefs names the channel ${missing}, which does not exist; apply it, or remove the reference.`,
  };
}

function channelSecretsExist(monitor: Monitor, references: References): Violation | undefined {
  for (const name of channelNames(monitor)) {
    const spec = references.channels.get(name);
    const missing =
      spec &&
      secretRefsOf(spec).find((ref) => !references.secrets.get(ref.name)?.includes(ref.key));
    if (missing)
      return {
        reason: 'SecretNotFound',
        message: `The channel ${name} needs the key ${missing.key} of the Secret ${missing.name}, which does not exist; apply it.`,
      };
  }
  return undefined;
}

function promptExists({ spec }: Monitor, references: References): Violation | undefined {
  const ref = spec.goal.promptFrom?.configMapKeyRef;
  if (!ref || references.configMaps.get(ref.name)?.includes(ref.key)) return undefined;
  return {
    reason: 'ConfigMapNotFound',
    message: `spec.goal.promptFrom names the key ${ref.key} of the ConfigMap ${ref.name}, which does not exist; apply it.`,
  };
}

const policies = [channelsExist, channelSecretsExist, promptExists];

/**
 * Why a job is not accepted; the first violated policy wins. What a job of a cluster refers to lies
 * there, where the operator judges it.
 */
export const firstViolation = (monitor: Monitor, references: References): Violation | undefined =>
  (monitor.managedBy === KUBERNETES ? [] : policies)
    .map((policy) => policy(monitor, references))
    .find((violation) => violation !== undefined);

/** Jobs of a cluster are told by the operator, which knows their pool. */
const isolationNote = ({ spec, managedBy }: Monitor): string | undefined =>
  isIsolated(spec) && managedBy !== KUBERNETES ? OWN_BROWSER_NOTE : undefined;

/** All conditions: those that the scheduler stored, and those that follow from the references. */
export function conditionsOf(monitor: Monitor, references: References): StatusCondition[] {
  const violation = firstViolation(monitor, references);
  const suspended = monitor.spec.suspend;
  const make = (
    type: string,
    holds: boolean,
    reason: string,
    message?: string,
  ): StatusCondition => ({
    type,
    status: holds ? 'True' : 'False',
    reason,
    ...(message === undefined ? {} : { message }),
    lastTransitionTime: monitor.updatedAt.toISOString(),
    observedGeneration: monitor.generation,
  });
  const derived = [
    make('Accepted', !violation, violation?.reason ?? 'Accepted', violation?.message),
    make('Scheduled', true, suspended ? 'Suspended' : 'Scheduled', isolationNote(monitor)),
    make('Ready', !violation, violation?.reason ?? 'Ready', violation?.message),
    make('Paused', suspended, suspended ? 'Suspended' : 'NotPaused'),
  ];
  const names = new Set(derived.map(({ type }) => type));
  return [...derived, ...monitor.conditions.filter(({ type }) => !names.has(type))];
}
