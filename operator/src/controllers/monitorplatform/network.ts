/** What NetworkPolicies are made from, out of the caches. Pure. */
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { ApiServerEndpoints, Database, NetworkInput } from '../../policies/input.ts';
import { planNetwork, type NetworkPlan } from '../../policies/policies.ts';
import type { EndpointSlice } from './kinds.ts';

export interface NetworkSetting {
  readonly platform: MonitorPlatform;
  readonly poolNamespaces: readonly string[];
  readonly slices: readonly EndpointSlice[];
  readonly postgres?: Database | undefined;
  readonly redis?: Database | undefined;
}

/** Addresses and ports of the API server. */
export const apiServerOf = (slices: readonly EndpointSlice[]): readonly ApiServerEndpoints[] =>
  slices.flatMap(({ endpoints = [], ports = [] }) => {
    const addresses = endpoints.flatMap((endpoint) => endpoint.addresses);
    return addresses.length === 0
      ? []
      : [{ addresses, ports: ports.flatMap(({ port }) => port ?? []) }];
  });

const PODS: Database = { kind: 'pods' };

export function networkPlan(setting: NetworkSetting): NetworkPlan {
  const { platform, poolNamespaces, slices, postgres = PODS, redis = PODS } = setting;
  const input: NetworkInput = {
    platformNamespace: platform.metadata.namespace ?? '',
    poolNamespaces,
    spec: platform.spec,
    apiServer: apiServerOf(slices),
    postgres,
    redis,
  };
  return planNetwork(input);
}
