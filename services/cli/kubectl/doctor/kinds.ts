/** The kinds of objects that are examined, as far as they are read. */
import { defineResource, type KubeObject } from '../../../core/kube/types.ts';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface Crd extends KubeObject {
  readonly spec?: { readonly versions?: readonly { name: string; served: boolean }[] };
  readonly status?: { readonly conditions?: readonly Condition[] };
}
export const CRDS = defineResource<Crd>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
});

interface SecretKeyRef {
  readonly name?: string;
  readonly optional?: boolean;
}
export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef?: SecretKeyRef };
  }[];
}
export interface Deployment extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: {
      readonly spec?: {
        readonly containers?: readonly Container[];
        readonly initContainers?: readonly Container[];
        readonly volumes?: readonly {
          readonly secret?: { readonly secretName?: string; readonly optional?: boolean };
        }[];
      };
    };
  };
  readonly status?: { readonly availableReplicas?: number };
}
export const DEPLOYMENTS = defineResource<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
});

export interface Lease extends KubeObject {
  readonly spec?: { readonly holderIdentity?: string; readonly renewTime?: string };
}
export const LEASES = defineResource<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
});

export const SECRETS = defineResource({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
});
export const NAMESPACES = defineResource({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
});

const admission = { group: 'admissionregistration.k8s.io', version: 'v1' } as const;
export const POLICIES = defineResource({
  ...admission,
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  namespaced: false,
});
export interface PolicyBinding extends KubeObject {
  readonly spec?: {
    readonly policyName?: string;
    readonly validationActions?: readonly string[];
  };
}
export const POLICY_BINDINGS = defineResource<PolicyBinding>({
  ...admission,
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  namespaced: false,
});

export interface CronJob extends KubeObject {
  readonly spec?: { readonly schedule?: string; readonly suspend?: boolean };
  readonly status?: { readonly lastSuccessfulTime?: string };
}
export const CRON_JOBS = defineResource<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
});

export interface Ingress extends KubeObject {
  readonly spec?: {
    readonly tls?: readonly { readonly hosts?: readonly string[]; readonly secretName?: string }[];
    readonly rules?: readonly { readonly host?: string }[];
  };
}
export const INGRESSES = defineResource<Ingress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
});

export interface AccessReview extends KubeObject {
  readonly spec: { readonly resourceAttributes: Readonly<Record<string, string>> };
  readonly status?: { readonly allowed: boolean };
}
export const ACCESS_REVIEWS = defineResource<AccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  namespaced: false,
});
