/** Looks into the pods of rendered objects. */
import type { V1Container, V1PodSpec } from '@kubernetes/client-node';
import type { Rendered } from './helm.ts';

export interface PodOf {
  /** Kind and name of what makes it, such as `Deployment/duckmon-api`. */
  readonly owner: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: V1PodSpec;
}

interface Template {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec: V1PodSpec;
}

/** Every pod, those of `helm test` and of other hooks among them. */
export const podsOf = (objects: readonly Rendered[]): readonly PodOf[] =>
  objects.flatMap((object) => {
    const { kind, metadata, spec } = object as Rendered & {
      readonly spec?: {
        readonly template?: Template;
        readonly jobTemplate?: { readonly spec: { readonly template: Template } };
      } & V1PodSpec;
    };
    const owner = `${kind}/${metadata.name}`;
    if (kind === 'Pod' && spec) return [{ owner, labels: metadata.labels ?? {}, spec }];
    const template = spec?.template ?? spec?.jobTemplate?.spec.template;
    return template
      ? [{ owner, labels: template.metadata?.labels ?? {}, spec: template.spec }]
      : [];
  });

export const containersOf = ({ spec }: PodOf): readonly V1Container[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
];

/** Names of Secrets that a pod cannot start without, or reads. */
export const secretsOf = (pod: PodOf): readonly string[] => [
  ...(pod.spec.volumes ?? []).flatMap(({ secret }) => secret?.secretName ?? []),
  ...containersOf(pod).flatMap(({ env = [] }) =>
    env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []),
  ),
];

/** What the process finds in its environment; what comes from elsewhere is `elsewhere`. */
export function environmentOf(
  { env = [] }: V1Container,
  elsewhere: (name: string) => string,
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { name, value, valueFrom } of env)
    found[name] = valueFrom
      ? elsewhere(name)
      : (value ?? '').replaceAll(/\$\((\w+)\)/g, (whole, other: string) => found[other] ?? whole);
  return found;
}
