/**
 * NetworkPolicy as it goes over the wire. The classes of `@kubernetes/client-node` call `from` `_from`
 * and rename it in their own serialiser, which the transport does not use.
 */
import type { ObjectMeta } from '../../../services/core/kube/types.ts';

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    readonly values?: readonly string[];
  }[];
}

export interface IpBlock {
  readonly cidr: string;
  readonly except?: readonly string[];
}

export interface Peer {
  readonly ipBlock?: IpBlock;
  readonly namespaceSelector?: LabelSelector;
  readonly podSelector?: LabelSelector;
}

export interface PolicyPort {
  readonly protocol: 'TCP' | 'UDP';
  readonly port?: number;
}

export interface IngressRule {
  readonly from: readonly Peer[];
  readonly ports: readonly PolicyPort[];
}

export interface EgressRule {
  readonly to: readonly Peer[];
  readonly ports: readonly PolicyPort[];
}

export interface NetworkPolicy {
  readonly apiVersion: 'networking.k8s.io/v1';
  readonly kind: 'NetworkPolicy';
  readonly metadata: ObjectMeta & { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly podSelector: LabelSelector;
    readonly policyTypes: readonly ('Ingress' | 'Egress')[];
    readonly ingress?: readonly IngressRule[];
    readonly egress?: readonly EgressRule[];
  };
}
