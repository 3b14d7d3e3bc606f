/** `duckmon admin`: what administrators of the installation ask of the api in an emergency. */
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { print } from '../io.ts';
import { printList, type Format, type View } from '../output.ts';
import { age, plain } from '../terminal.ts';
import { type Context, itemPath } from './context.ts';

const ADMIN = '/api/v1/admin';
const USERS = `${ADMIN}/users`;
const MOST_USERS = 100_000;
const MOST_DAYS = 3650;

export interface Because {
  /** For the audit. */
  readonly reason?: string;
}

const because = ({ reason }: Because): Because => (reason === undefined ? {} : { reason });

/** Ends every session and token, also that of the caller. */
export async function revokeAll({ io, client }: Context, options: Because): Promise<ExitCode> {
  const path = `${ADMIN}/revoke-all`;
  const { revokedAt } = await client().post<{ revokedAt: string }>(path, because(options));
  print(
    io,
    plain(
      `everything was revoked at ${revokedAt}: people sign in again, programs need new tokens; a duckmon on this machine makes its own at ./scripts/down && ./scripts/up`,
    ),
  );
  return EXIT.ok;
}

/** Stops all checks and deliveries, or lifts that; says who still holds a freeze. */
export async function setFrozen(
  { io, client }: Context,
  frozen: boolean,
  options: Because,
): Promise<ExitCode> {
  const path = `${ADMIN}/${frozen ? 'freeze' : 'resume'}`;
  const { frozenBy } = await client().post<{ frozenBy: string[] }>(path, because(options));
  if (frozen) print(io, 'frozen: no check begins and nothing is sent until duckmon admin resume');
  else if (frozenBy.includes('operator'))
    print(io, 'still frozen by the operator: kubectl monitor resume lifts that');
  else print(io, 'resumed: checks and deliveries go on');
  return EXIT.ok;
}

/** Asks for new keys, which the operator of a cluster makes. */
export async function rotate(
  { io, client }: Context,
  { now = false, ...options }: Because & { readonly now?: boolean },
): Promise<ExitCode> {
  await client().post(`${ADMIN}/rotate`, { now, ...because(options) });
  print(
    io,
    now
      ? 'new keys are asked for, at once and without overlap'
      : 'new keys are asked for; they are used when every reader has them',
  );
  return EXIT.ok;
}

interface User {
  readonly id: string;
  readonly email: string | null;
  readonly displayName: string;
  readonly platformAdmin: boolean;
  readonly disabledAt: string | null;
  readonly lastSeenAt: string;
  readonly passkeys: number;
  readonly hasApp: boolean;
  readonly memberships: readonly { readonly workspace: string; readonly role: string }[];
  readonly tokens: number;
}

const factorsOf = ({ passkeys, hasApp }: User): string =>
  [...(passkeys > 0 ? ['passkey'] : []), ...(hasApp ? ['totp'] : [])].join(' ') || 'none';

const view: View<User> = {
  heads: [
    'ID',
    'NAME',
    'ADDRESS',
    'ADMIN',
    'SHUT OUT',
    'LAST SEEN',
    'FACTORS',
    'TOKENS',
    'WORKSPACES',
  ],
  row: (user, now) => [
    user.id,
    user.displayName,
    user.email ?? '',
    user.platformAdmin ? 'yes' : 'no',
    age(user.disabledAt, now),
    age(user.lastSeenAt, now),
    factorsOf(user),
    String(user.tokens),
    user.memberships.map(({ workspace, role }) => `${workspace}:${role}`).join(' '),
  ],
  name: ({ id }) => `user/${id}`,
};

const allUsers = ({ client }: Context, inactiveDays?: number): Promise<User[]> =>
  client().list<User>(USERS, { inactiveDays }, MOST_USERS);

/** Everybody who ever signed in, or only whom nobody has seen for so long. */
export async function users(
  context: Context,
  format: Format,
  inactive: string | undefined,
): Promise<ExitCode> {
  const days = inactive === undefined ? undefined : daysOf(inactive);
  const none =
    days === undefined ? 'Nobody has signed in yet.' : `Everybody was seen in ${days} days.`;
  printList(context.io, await allUsers(context, days), format, view, none);
  return EXIT.ok;
}

function daysOf(text: string): number {
  const days = Number(/^([1-9]\d{0,3})d?$/.exec(text)?.[1]);
  if (days > 0 && days <= MOST_DAYS) return days;
  throw new CliError(
    EXIT.usage,
    `--inactive ${text}: must be days, such as 90d, ${MOST_DAYS}d at most`,
  );
}

/** Shuts a user out or lets one in, by id or address. */
export async function setDisabled(
  context: Context,
  verb: 'disable' | 'enable',
  name: string,
  options: Because,
): Promise<ExitCode> {
  const user = await theUser(context, name);
  await context.client().post(`${itemPath(USERS, user.id)}/${verb}`, because(options));
  const done = verb === 'disable' ? 'is shut out' : 'may sign in again';
  print(context.io, plain(`user/${user.id} ${user.email ?? user.displayName} ${done}`));
  return EXIT.ok;
}

async function theUser(context: Context, name: string): Promise<User> {
  const wanted = name.toLowerCase();
  const found = (await allUsers(context)).filter(
    ({ id, email }) => id === wanted || email?.toLowerCase() === wanted,
  );
  const [first, ...others] = found;
  if (!first)
    throw new CliError(EXIT.notFound, `there is no user ${name}; see duckmon admin users`);
  if (others.length === 0) return first;
  const ids = found.map(({ id }) => id).join(', ');
  throw new CliError(EXIT.failed, `${name} is several users; give the id of one: ${ids}`);
}

interface AuditCheck {
  readonly chain: string;
  readonly intact: boolean;
  readonly rows: number;
  readonly head: string | null;
  readonly problem: string | null;
}

/** Exit code 1 when the audit is not as it was written. */
export async function verifyAudit(
  { io, client }: Context,
  { workspace }: { readonly workspace?: string },
): Promise<ExitCode> {
  const query = { chain: workspace };
  const found = await client().get<AuditCheck>(`${ADMIN}/audit/verify`, query);
  const { chain, intact, rows, head, problem } = found;
  print(
    io,
    plain(
      intact
        ? `the audit of ${chain} is whole: ${rows} rows; compare its head with a copy kept elsewhere: ${head}`
        : `the audit of ${chain} is not as it was written: ${problem} at row ${rows + 1}; somebody changed it in the database, compare with the last backup`,
    ),
  );
  return intact ? EXIT.ok : EXIT.failed;
}
