/** Who decides what people may do: the cluster, where they are told apart there; else the database. */
import type { Transport } from '../../core/kube/transport.ts';
import { storeMemberships, type Memberships } from '../memberships.ts';
import type { WriterDeps } from '../writer.ts';
import { createAccessReviews } from './accessReviews.ts';
import { homesIn, type Homes } from './homes.ts';
import { clusterMemberships } from './memberships.ts';
import { mayWriteAsAccount, mayWriteByReview, type MayWrite } from './mayWrite.ts';
import { peopleOf } from './people.ts';

export interface Rights {
  readonly memberships: Memberships;
  readonly mayWrite: MayWrite;
  readonly homes: Homes;
}

/** @param kube in a cluster; with a kubeconfig there is one local person, who has its rights. */
export function openRights(deps: WriterDeps, kube: Transport | undefined): Rights {
  const { pool, clock, log, config } = deps;
  if (!kube || config.KUBECONFIG !== undefined)
    return {
      memberships: storeMemberships(pool),
      mayWrite: mayWriteAsAccount,
      homes: homesIn(undefined),
    };
  const people = peopleOf(deps);
  const mayPerson = createAccessReviews({ kube, clock, log });
  const { WORKSPACE_NAMESPACES: namespaces, USERS_NAMESPACE: usersNamespace } = config;
  const homes = homesIn(usersNamespace);
  return {
    memberships: clusterMemberships({ pool, people, mayPerson, namespaces, usersNamespace }),
    mayWrite: mayWriteByReview({ people, mayPerson, homes, log }),
    homes,
  };
}
