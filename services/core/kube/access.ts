/** Asking the API server whether somebody may do something. */
import { defineResource, type KubeObject } from './types.ts';

/** What RBAC decides about. */
export interface ResourceAttributes {
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  /** The plural, such as `secrets`. */
  readonly resource: string;
  readonly namespace: string;
  /** Any when absent. */
  readonly name?: string | undefined;
}

export interface SubjectAccessReview extends KubeObject {
  readonly spec: {
    readonly user: string;
    readonly groups: readonly string[];
    readonly resourceAttributes: ResourceAttributes;
  };
  readonly status?: { readonly allowed: boolean };
}

/** Is only ever created: the answer to that says it. */
export const SUBJECT_ACCESS_REVIEWS = defineResource<SubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  namespaced: false,
});
