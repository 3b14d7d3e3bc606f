/** What the API server is asked about a person before something is read or written. Pure. */
import type { FieldProblem } from '../../core/errors.ts';
import type { ResourceAttributes } from '../../core/kube/access.ts';
import { MONITOR_JOBS, NOTIFICATION_CHANNELS } from '../../core/kube/kinds.ts';
import { isRecord, type ManifestKind } from '../../core/manifest/index.ts';
import type { MemberRole } from '../../store/identity.ts';

/** Something that a person wants the api to write for them. */
export interface Wish {
  readonly verb: 'create' | 'patch' | 'delete';
  readonly kind: ManifestKind;
  readonly namespace: string;
  readonly name: string;
  /** Of the object as it will be, when it is changed: it may name Secrets. */
  readonly spec?: unknown;
}

/** One right that is needed, and what is said to somebody who lacks it. */
export interface Needed {
  readonly right: ResourceAttributes;
  readonly lack: string;
  /** The field that needs it. */
  readonly field?: FieldProblem;
}

const RESOURCES: Readonly<Record<ManifestKind, Pick<ResourceAttributes, 'group' | 'resource'>>> = {
  MonitorJob: { group: MONITOR_JOBS.group, resource: MONITOR_JOBS.plural },
  NotificationChannel: {
    group: NOTIFICATION_CHANNELS.group,
    resource: NOTIFICATION_CHANNELS.plural,
  },
  Secret: { group: '', resource: 'secrets' },
  ConfigMap: { group: '', resource: 'configmaps' },
};

/** Where objects name Secrets; the admission policies of the chart know the same places. */
const SECRET_FIELDS: Readonly<Record<ManifestKind, readonly string[]>> = {
  MonitorJob: ['session.credentialsSecretRef'],
  NotificationChannel: [
    'email.secretRef',
    'slack.secretRef',
    'teams.secretRef',
    'webhook.signing.secretRef',
    'webhook.signing.previousSecretRef',
  ],
  Secret: [],
  ConfigMap: [],
};

/**
 * Every right that a wish needs. Whoever lets an object use a Secret must be allowed to read that
 * Secret: otherwise the right to make monitors would be a way to use the Secrets of others.
 */
export function neededFor({ verb, kind, namespace, name, spec }: Wish): Needed[] {
  const { group, resource } = RESOURCES[kind];
  // A right to create that is bound to a name cannot be had: names are not known when it is asked for.
  const named = verb === 'create' ? {} : { name };
  return [
    {
      right: { verb, group, resource, namespace, ...named },
      lack: `You may not ${verb} ${resource} in the namespace ${namespace}; a RoleBinding there gives the right`,
    },
    ...secretsIn(kind, spec).map(({ field, secret }) => neededForSecret(namespace, field, secret)),
  ];
}

function neededForSecret(namespace: string, field: string, secret: string): Needed {
  const message = `names the Secret ${secret}, which you may not get in the namespace ${namespace}`;
  const path = `spec.${field}.name`;
  return {
    right: { verb: 'get', ...RESOURCES.Secret, namespace, name: secret },
    lack: `${path} ${message}`,
    field: { path, message },
  };
}

/**
 * What an object of a personal workspace names of others: all persons' objects share a namespace, in
 * which a Secret is told from those of others by its name, and a ConfigMap by nothing.
 * @param prefixes what the names of the workspace's own Secrets begin with
 */
export function foreignIn(
  kind: ManifestKind,
  spec: unknown,
  prefixes: readonly string[],
): FieldProblem[] {
  const isOwn = (secret: string): boolean => prefixes.some((prefix) => secret.startsWith(prefix));
  const secrets = secretsIn(kind, spec)
    .filter(({ secret }) => !isOwn(secret))
    .map(({ field }) => ({
      path: `spec.${field}.name`,
      message: `must begin with ${prefixes.join(' or ')}, as the Secrets of this workspace do`,
    }));
  const shared = valueAt(spec, ['goal', 'promptFrom']) !== undefined;
  return shared
    ? [
        ...secrets,
        { path: 'spec.goal.promptFrom', message: 'is not for personal workspaces; use prompt' },
      ]
    : secrets;
}

function secretsIn(kind: ManifestKind, spec: unknown): { field: string; secret: string }[] {
  return SECRET_FIELDS[kind].flatMap((field) => {
    const secret = valueAt(spec, [...field.split('.'), 'name']);
    return typeof secret === 'string' && secret !== '' ? [{ field, secret }] : [];
  });
}

const valueAt = (value: unknown, steps: readonly string[]): unknown =>
  steps.reduce<unknown>((at, step) => (isRecord(at) ? at[step] : undefined), value);

/** The spec after a manifest that is silent about what others set: theirs stays. */
export function mergedSpec(live: unknown, sent: unknown): unknown {
  if (!isRecord(live) || !isRecord(sent)) return sent ?? live;
  const names = new Set([...Object.keys(live), ...Object.keys(sent)]);
  return Object.fromEntries([...names].map((name) => [name, mergedSpec(live[name], sent[name])]));
}

/** The verbs on MonitorJobs that make a role. */
export const ROLE_VERBS = ['get', 'list', 'patch', 'delete'] as const;
export type RoleVerb = (typeof ROLE_VERBS)[number];

/** A right on all monitors of a namespace. */
export const onMonitors = (verb: RoleVerb, namespace: string): ResourceAttributes => ({
  verb,
  ...RESOURCES.MonitorJob,
  namespace,
});

/** What somebody with these rights is in the workspace of the namespace; undefined: a stranger. */
export function roleOf(may: Readonly<Record<RoleVerb, boolean>>): MemberRole | undefined {
  if (!may.get || !may.list) return undefined;
  if (!may.patch) return 'viewer';
  return may.delete ? 'owner' : 'editor';
}
