/** The kinds that this controller reads and writes beside our own. */
import { defineResource, type KubeObject } from '../../../../services/core/kube/types.ts';
import type { SecretData } from '../../keys/ring.ts';
import type { NetworkPolicy } from '../../policies/types.ts';
import type { ResourceQuota, StoredQuota } from './quota.ts';

export type Secret = KubeObject & SecretData & { readonly type?: string };

/** Where the API server itself is reached. */
export interface EndpointSlice extends KubeObject {
  readonly endpoints?: readonly { readonly addresses: readonly string[] }[];
  readonly ports?: readonly { readonly port?: number }[];
}

export interface CanaryPod extends KubeObject {
  readonly spec?: { readonly containers: readonly { readonly command?: readonly string[] }[] };
  readonly status?: {
    readonly containerStatuses?: readonly {
      readonly state?: {
        readonly running?: object;
        readonly terminated?: { readonly message?: string; readonly finishedAt?: string };
      };
    }[];
  };
}

const core = { group: '', version: 'v1' };

export const SECRET = defineResource<Secret>({ ...core, kind: 'Secret', plural: 'secrets' });

export const RESOURCE_QUOTA = defineResource<ResourceQuota & StoredQuota>({
  ...core,
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
});

export const SERVICE_ACCOUNT = defineResource({
  ...core,
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
});

export const CANARY_POD = defineResource<CanaryPod>({ ...core, kind: 'Pod', plural: 'pods' });

export const NETWORK_POLICY = defineResource<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
});

export const ENDPOINT_SLICE = defineResource<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
});
