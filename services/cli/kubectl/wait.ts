/** Looks at an object again and again until it says what is waited for. */
import type { KubeObject, ObjectRef, Resource } from '../../core/kube/types.ts';
import type { Cluster, KubectlIo } from './cluster.ts';

const POLL_MS = 500;

/** @returns the object for which `holds`, or undefined when the time is over */
export async function waitFor<T extends KubeObject>(
  io: Pick<KubectlIo, 'now' | 'sleep'>,
  { transport }: Pick<Cluster, 'transport'>,
  resource: Resource<T>,
  ref: ObjectRef,
  timeoutMs: number,
  holds: (object: T) => boolean,
): Promise<T | undefined> {
  const deadline = io.now().getTime() + timeoutMs;
  for (;;) {
    const object = await transport.get(resource, ref);
    if (holds(object)) return object;
    if (io.now().getTime() >= deadline) return undefined;
    await io.sleep(POLL_MS);
  }
}
