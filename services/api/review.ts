/** The review of accounts: everybody page by page, and as a table for a spreadsheet. */
import type { Pool } from 'pg';
import type { Clock } from '../core/clock.ts';
import { listUsers, withReview, type UserLine } from '../store/review.ts';
import { csvLine } from './csv.ts';

interface Deps {
  readonly pool: Pool;
  readonly clock: Pick<Clock, 'now'>;
}

const PAGE = 200;
const DAY_MS = 86_400_000;

/** Since when somebody who was not seen for so many days has not been seen. */
export const unseenSince = (days: number | undefined, now: Date): Date | undefined =>
  days === undefined ? undefined : new Date(now.getTime() - days * DAY_MS);

/** Everybody who ever signed in, the newest first, page by page; or only whom nobody has seen for so many days. */
export async function* everybody(
  { pool, clock }: Deps,
  inactiveDays?: number,
): AsyncGenerator<UserLine> {
  const now = clock.now();
  const since = { unseenSince: unseenSince(inactiveDays, now) };
  let cursor: string | undefined;
  do {
    const request = { ...since, limit: PAGE, cursor };
    const page = await withReview(pool, (tx) => listUsers(tx, now, request));
    yield* page.items;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

const timeCell = (at: Date | null): string => at?.toISOString() ?? '';

const COLUMNS: readonly (readonly [name: string, cell: (user: UserLine) => string])[] = [
  ['id', ({ id }) => id],
  ['name', ({ displayName }) => displayName],
  ['address', ({ email }) => email ?? ''],
  ['issuer', ({ issuer }) => issuer],
  ['administrator', ({ platformAdmin }) => (platformAdmin ? 'yes' : 'no')],
  ['disabledSince', ({ disabledAt }) => timeCell(disabledAt)],
  ['createdAt', ({ createdAt }) => timeCell(createdAt)],
  ['lastSignInAt', ({ lastSignInAt }) => timeCell(lastSignInAt)],
  ['lastSeenAt', ({ lastSeenAt }) => timeCell(lastSeenAt)],
  ['factors', (user) => factorsOf(user).join(' ')],
  [
    'workspaces',
    ({ memberships }) => memberships.map(({ workspace, role }) => `${workspace}:${role}`).join(' '),
  ],
  ['tokens', ({ tokens }) => String(tokens)],
  ['tokenLastUsedAt', ({ tokenLastUsedAt }) => timeCell(tokenLastUsedAt)],
];

/** Which second factors somebody has. */
export const factorsOf = ({
  passkeys,
  hasApp,
}: Pick<UserLine, 'passkeys' | 'hasApp'>): string[] => [
  ...(passkeys > 0 ? ['passkey'] : []),
  ...(hasApp ? ['totp'] : []),
];

/** The head of the table. */
export const reviewHead = (): string => csvLine(COLUMNS.map(([name]) => name));

/** One line of the table. */
export const reviewLine = (user: UserLine): string =>
  csvLine(COLUMNS.map(([, cell]) => cell(user)));
