/** The review of accounts on a terminal, as JSON or as CSV. */
import type { UserLine } from '../../store/review.ts';
import { everybody, factorsOf, reviewHead, reviewLine } from '../review.ts';
import { EXIT, type AdminDeps, type ExitCode, type Say } from './deps.ts';

interface Wanted {
  readonly inactiveDays: number | undefined;
  readonly csv: boolean;
}

export async function users(
  { inactiveDays, csv }: Wanted,
  deps: AdminDeps,
  say: Say,
): Promise<ExitCode> {
  if (csv) await deps.write(withoutEnd(reviewHead()));
  for await (const user of everybody(deps, inactiveDays))
    await (csv ? deps.write(withoutEnd(reviewLine(user))) : say(shown(user), sentence(user)));
  return EXIT.ok;
}

/** A line gets its line feed when it is written. */
const withoutEnd = (line: string): string => line.slice(0, -1);

/** Not what the sign-in provider says of somebody, nor what credentials are bound to. */
const shown = ({ tokenEpoch: _epoch, subject: _subject, ...user }: UserLine): object => user;

function sentence(user: UserLine): string {
  const { id, issuer, email, displayName, platformAdmin, disabledAt } = user;
  const factors = factorsOf(user);
  const marks = [
    ...(platformAdmin ? ['administrator'] : []),
    ...(disabledAt ? [`shut out since ${disabledAt.toISOString()}`] : []),
    `last seen ${user.lastSeenAt.toISOString()}`,
    user.lastUsedAt ? 'signed in' : 'not signed in',
    factors.length > 0 ? `shows ${factors.join(' and ')}` : 'no second factor',
    ...tokenMarks(user),
    ...user.memberships.map(({ workspace, role }) => `${role} of ${workspace}`),
  ];
  return `${id}  ${displayName} <${email ?? issuer}>: ${marks.join(', ')}`;
}

function tokenMarks({ tokens, tokenLastUsedAt }: UserLine): string[] {
  if (tokens === 0) return [];
  const used = tokenLastUsedAt ? `last used ${tokenLastUsedAt.toISOString()}` : 'never used';
  return [`${tokens} ${tokens === 1 ? 'token' : 'tokens'}, ${used}`];
}
