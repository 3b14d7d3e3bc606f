/** Finds the people of an installation for its administrators. */
import type { Pool } from 'pg';
import type { Clock } from '../../core/clock.ts';
import { StoreError } from '../../store/errors.ts';
import { listUsers, type UserLine } from '../../store/identity.ts';
import { withTransaction } from '../../store/workspace.ts';

interface Deps {
  readonly pool: Pool;
  readonly clock: Pick<Clock, 'now'>;
}

const PAGE = 500;

/** Everybody who ever signed in, the newest first, page by page. */
export async function* everybody({ pool, clock }: Deps): AsyncGenerator<UserLine> {
  const now = clock.now();
  let cursor: string | undefined;
  do {
    const request = { limit: PAGE, cursor };
    const page = await withTransaction(pool, (tx) => listUsers(tx, now, request));
    yield* page.items;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

/**
 * The one user with this id or address.
 * @throws StoreError `notFound`; `invalid` when several have the address.
 */
export async function theUser(deps: Deps, name: string): Promise<UserLine> {
  const wanted = name.toLowerCase();
  const found: UserLine[] = [];
  for await (const user of everybody(deps))
    if (user.id === wanted || user.email?.toLowerCase() === wanted) found.push(user);
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
