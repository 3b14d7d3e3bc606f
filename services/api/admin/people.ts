/** Finds the people of an installation for its administrators. */
import type { Pool } from 'pg';
import { StoreError } from '../../store/errors.ts';
import type { User } from '../../store/identity.ts';
import { findUsersNamed } from '../../store/review.ts';
import { withTransaction } from '../../store/workspace.ts';

/**
 * The one user with this id or address.
 * @throws StoreError `notFound`; `invalid` when several have the address.
 */
export async function theUser({ pool }: { readonly pool: Pool }, name: string): Promise<User> {
  const found = await withTransaction(pool, (tx) => findUsersNamed(tx, name));
  const [first, ...others] = found;
  if (!first)
    throw new StoreError(
      'notFound',
      `There is no user ${name}; users lists everybody who ever signed in.`,
    );
  if (others.length === 0) return first;
  const each = found.map(({ id, issuer }) => `${id} of ${issuer}`).join(', ');
  throw new StoreError('invalid', `${name} is several users; give the id of one: ${each}.`);
}
