/** The kinds of a pool's children, and the caches in which they are found. */
import {
  defineResource,
  type KubeObject,
  type Resource,
} from '../../../../services/core/kube/types.ts';
import { createCache, type Cache } from '../../kube/caches.ts';
import { OWNER_INDEX, ownerIndex } from '../../kube/owners.ts';
import type { ReflectorDeps } from '../../kube/reflector.ts';
import { OWNED, CONTROLLERS } from '../../names.ts';
import type { Job } from './once.ts';
import type { ChildKind, Deployment } from './types.ts';

export const DEPLOYMENTS = defineResource<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
});

export const JOBS = defineResource<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
});

const core = { group: '', version: 'v1' };

export const CHILD_RESOURCES: Readonly<Record<ChildKind, Resource>> = {
  ServiceAccount: defineResource({ ...core, kind: 'ServiceAccount', plural: 'serviceaccounts' }),
  Service: defineResource({ ...core, kind: 'Service', plural: 'services' }),
  PodDisruptionBudget: defineResource({
    group: 'policy',
    version: 'v1',
    kind: 'PodDisruptionBudget',
    plural: 'poddisruptionbudgets',
  }),
  Deployment: DEPLOYMENTS,
  Job: JOBS,
};

export type ChildCaches = Readonly<Record<ChildKind, Cache<KubeObject>>>;

/** Only what this controller made is watched, not the tenants' own. */
export function openChildCaches(namespaces: readonly string[], deps: ReflectorDeps): ChildCaches {
  const labelSelector = `${OWNED.controller}=${CONTROLLERS.WorkerPool}`;
  const indexes = { [OWNER_INDEX]: ownerIndex(OWNED) };
  const open = (kind: ChildKind): Cache<KubeObject> =>
    createCache({ resource: CHILD_RESOURCES[kind], labelSelector, indexes }, namespaces, deps);
  return {
    ServiceAccount: open('ServiceAccount'),
    Service: open('Service'),
    PodDisruptionBudget: open('PodDisruptionBudget'),
    Deployment: open('Deployment'),
    Job: open('Job'),
  };
}
