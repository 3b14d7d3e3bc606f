/** Who the API server takes the caller of a command for. */
import type { Transport } from '../../core/kube/transport.ts';
import { defineResource, type KubeObject } from '../../core/kube/types.ts';

interface SelfSubjectReview extends KubeObject {
  readonly status?: { readonly userInfo?: { readonly username?: string } };
}

const SELF_SUBJECT_REVIEWS = defineResource<SelfSubjectReview>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  namespaced: false,
});

/** Undefined where the cluster does not say it: that is no obstacle here. */
export async function nameOfCaller(
  transport: Pick<Transport, 'create'>,
): Promise<string | undefined> {
  try {
    const review = await transport.create(SELF_SUBJECT_REVIEWS, { metadata: {} });
    return review.status?.userInfo?.username;
  } catch {
    return undefined;
  }
}
