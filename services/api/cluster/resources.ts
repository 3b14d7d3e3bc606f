/** What the api writes in a cluster, and how. */
import type { StatusCondition } from '../../../crds/types/monitorjob.ts';
import { MONITOR_JOBS, NOTIFICATION_CHANNELS } from '../../core/kube/kinds.ts';
import {
  defineResource,
  type KubeObject,
  type ObjectMeta,
  type Resource,
} from '../../core/kube/types.ts';
import { schemaOf, type StructuralSchema } from '../../core/manifest/schema.ts';

export type Kind = 'MonitorJob' | 'NotificationChannel';

/** What is read of the status of either kind; the rest is passed on. */
export interface Status {
  readonly conditions?: readonly StatusCondition[];
  readonly lastHandledRunRequest?: string;
}

/** A monitor or channel as the API server has it. */
export type LiveObject = KubeObject & {
  readonly metadata: ObjectMeta;
  readonly spec: Record<string, unknown>;
  readonly status?: Status;
};

export const RESOURCES: Readonly<Record<Kind, Resource<LiveObject>>> = {
  MonitorJob: defineResource(MONITOR_JOBS),
  NotificationChannel: defineResource(NOTIFICATION_CHANNELS),
};

export interface Secret extends KubeObject {
  readonly type: 'Opaque';
  readonly stringData: Readonly<Record<string, string>>;
}

export const SECRETS = defineResource<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
});

/** The schema of a kind's spec. */
export const specSchemaOf = (kind: Kind): StructuralSchema | undefined =>
  schemaOf(kind).structural?.properties?.['spec'];

/** Labels and annotations: each key has its own owner. */
export const TEXTS: StructuralSchema = {
  type: 'object',
  additionalProperties: { type: 'string' },
};
