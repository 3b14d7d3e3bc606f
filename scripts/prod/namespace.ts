/** Pod Security of the namespace of a release. Pure. */
import type { Place } from './place.ts';
import { kubectl, type Step } from './step.ts';

/** Holds the namespace to `restricted`, and makes it when it is not there. */
export function restrict(place: Place): Step {
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: place.namespace,
      labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
    },
  };
  const args = ['apply', '--server-side', '--field-manager=duckmon-prod', '--filename=-'];
  return kubectl(place, args, JSON.stringify(namespace, undefined, 2));
}
