/** Labels and annotations that the runtime itself reads and writes, under the operator's domain. */

/** Kubernetes' own label for the tool that manages an object. */
export const MANAGED_BY = 'app.kubernetes.io/managed-by';

export interface Names {
  /** Value of `app.kubernetes.io/managed-by` and first part of every field manager. */
  readonly operator: string;
  /** Label: the controller that made the object. */
  readonly controller: string;
  /** Label: uid of the object that the child was made for; holds across namespaces. */
  readonly ownerUid: string;
  /** Annotations: key of the object that the child was made for. */
  readonly ownerKey: string;
  /** Annotation: hash of what was applied last, so that a field no longer wanted is noticed. */
  readonly appliedHash: string;
}

/** @param domain such as `example.com`. */
export const namesFor = (operator: string, domain: string): Names => ({
  operator,
  controller: `${domain}/controller`,
  ownerUid: `${domain}/owner-uid`,
  ownerKey: `${domain}/owner`,
  appliedHash: `${domain}/applied-hash`,
});
