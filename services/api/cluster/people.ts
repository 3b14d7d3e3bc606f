/** From somebody who asks to the person that Kubernetes knows. */
import { findPerson } from '../../store/workspaces/people.ts';
import { withTransaction } from '../../store/workspace.ts';
import type { WriterDeps } from '../writer.ts';
import type { Asker } from '../memberships.ts';
import { kubernetesUserOf, type KubernetesUser } from './person.ts';

/** Undefined for somebody whom Kubernetes does not know. */
export type People = (asker: Asker) => Promise<KubernetesUser | undefined>;

/**
 * Groups are those of the last sign-in, which is no older than a session; a token may be a year old,
 * so it acts under the name alone.
 */
export const peopleOf =
  ({ pool, config }: Pick<WriterDeps, 'pool' | 'config'>): People =>
  async ({ userId, via }) => {
    const person = await withTransaction(pool, (tx) => findPerson(tx, userId));
    return person && kubernetesUserOf(person, config, { groups: via === 'session' });
  };
