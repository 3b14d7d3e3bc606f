/** The caches of what only this controller reads. Secrets are watched one by one, by name. */
import { poolNamespaces, type Base } from '../../base.ts';
import { KEY_HOLDERS } from '../../keys/derived.ts';
import { createCache, type Cache } from '../../kube/caches.ts';
import { joinStores, type Store } from '../../kube/store.ts';
import type { AnyReflector } from '../../kube/manager.ts';
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { ResourceQuota, StoredQuota } from './quota.ts';
import type { NetworkPolicy } from '../../policies/types.ts';
import { EGRESS_ALLOW, keysSecretName, SERVICE_ACCOUNTS } from '../../names.ts';
import { CONFIG_MAPS, MONITOR_PLATFORMS, type ConfigMap } from '../../resources.ts';
import { DEFAULTS } from './defaults.ts';
import {
  CANARY_POD,
  ENDPOINT_SLICE,
  NETWORK_POLICY,
  RESOURCE_QUOTA,
  SECRET,
  type CanaryPod,
  type EndpointSlice,
  type Secret,
} from './kinds.ts';
import { OWN_SELECTOR } from './own.ts';
import { QUOTA_NAME } from './quota.ts';
import { ROOT_SECRETS } from './roots.ts';

/** On a laptop as well. */
export interface CommonCaches {
  /** Everywhere, so that one in the wrong place is told so. */
  readonly platforms: Cache<MonitorPlatform>;
  readonly defaults: Cache<ConfigMap>;
  readonly quotas: Cache<ResourceQuota & StoredQuota>;
}

export interface ClusterCaches {
  readonly roots: readonly Cache<Secret>[];
  readonly derived: readonly Cache<Secret>[];
  readonly policies: Cache<NetworkPolicy>;
  readonly apiServer: Cache<EndpointSlice>;
  readonly canary: Cache<CanaryPod>;
  readonly egressAllow: Cache<ConfigMap>;
}

const named = (name: string): string => `metadata.name=${name}`;

export function openCommonCaches({ config, common }: Base): CommonCaches {
  const { namespace } = config;
  const quota = { resource: RESOURCE_QUOTA, fieldSelector: named(QUOTA_NAME) };
  const defaults = { resource: CONFIG_MAPS, fieldSelector: named(DEFAULTS.name) };
  return {
    platforms: createCache({ resource: MONITOR_PLATFORMS }, poolNamespaces(config), common),
    defaults: createCache(defaults, [namespace], common),
    quotas: createCache(quota, poolNamespaces(config), common),
  };
}

/** Namespace of the Service `kubernetes`, the same in every cluster. */
const KUBERNETES = { namespace: 'default', name: 'kubernetes' } as const;

export function openClusterCaches({ config, common }: Base): ClusterCaches {
  const { namespace } = config;
  const secret = (name: string, namespaces: readonly string[]): Cache<Secret> =>
    createCache({ resource: SECRET, fieldSelector: named(name) }, namespaces, common);
  const pods = { resource: CANARY_POD, fieldSelector: named(SERVICE_ACCOUNTS.canary) };
  const slice = { resource: ENDPOINT_SLICE, fieldSelector: named(KUBERNETES.name) };
  const allow = { resource: CONFIG_MAPS, fieldSelector: named(EGRESS_ALLOW) };
  const policies = { resource: NETWORK_POLICY, labelSelector: OWN_SELECTOR };
  return {
    roots: ROOT_SECRETS.map((name) =>
      // Only that it changed matters here: roots are read afresh and kept nowhere.
      createCache(
        { resource: SECRET, fieldSelector: named(name), transform: withoutData },
        [namespace],
        common,
      ),
    ),
    derived: KEY_HOLDERS.map((service) =>
      secret(
        keysSecretName(service),
        // Tenants have browsers and nothing else.
        service === 'browser' ? poolNamespaces(config) : [namespace],
      ),
    ),
    policies: createCache(policies, poolNamespaces(config), common),
    apiServer: createCache(slice, [KUBERNETES.namespace], common),
    canary: createCache(pods, [namespace], common),
    egressAllow: createCache(allow, [namespace], common),
  };
}

const withoutData = (secret: Secret): Secret => ({ ...secret, data: undefined });

export const storeOf = (caches: readonly Cache<Secret>[]): Store<Secret> =>
  joinStores(caches.map(({ store }) => store));

/** For the manager, which asks no more of them than to run. */
export const reflectorsOf = (caches: readonly unknown[]): readonly AnyReflector[] =>
  (caches as readonly Cache<never>[]).flatMap(
    ({ reflectors }) => reflectors as readonly AnyReflector[],
  );
