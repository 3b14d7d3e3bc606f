/**
 * Does what administrators ask by a program in a pod of the api: whoever may run one there is the
 * administrator. Each act is in the audit of the installation.
 */
import type { Pool } from 'pg';
import type { Clock } from '../../core/clock.ts';
import type { IdSource } from '../../core/ids.ts';
import { appendAudit, verifyAudit } from '../../store/audit.ts';
import { StoreError } from '../../store/errors.ts';
import { disableUser, enableUser, revokeAll } from '../../store/revocation.ts';
import { PLATFORM_WORKSPACE, withWorkspace, type Tx } from '../../store/workspace.ts';
import { checkChain, pagesOfChain } from '../auditChain.ts';
import type { Asked } from './command.ts';
import { everybody, theUser } from './people.ts';
import { makeSignInLink } from './signInLink.ts';

export interface AdminDeps {
  /** Connections of the role mon_api. */
  readonly pool: Pool;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: IdSource;
  readonly publicUrl: string;
  /** Writes a line to standard output; resolves when more may come. */
  readonly write: (line: string) => Promise<void>;
}

/** Exit codes, as those of `duckmon`. */
export const EXIT = { ok: 0, failed: 1, usage: 2, notFound: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Actor of all these acts in the audit. */
const ACTOR = 'kubectl';

/** @throws StoreError for what is not there, or what the database refuses. */
export async function runAdmin(asked: Asked, deps: AdminDeps): Promise<ExitCode> {
  const { command } = asked;
  const say: Say = (value, sentence) => deps.write(asked.json ? JSON.stringify(value) : sentence);
  switch (command.verb) {
    case 'sign-in':
      return signIn(asked, deps, say);
    case 'revoke-all':
      return endAll(asked, deps, say);
    case 'disable':
    case 'enable':
      return shutOrLetIn(asked, command, deps, say);
    case 'users':
      return users(deps, say);
    case 'audit verify':
      return verify(command.chain, deps, say);
    case 'audit export':
      return exportChain(asked, command.chain, deps);
    default:
      return command satisfies never;
  }
}

type Say = (value: object, sentence: string) => Promise<void>;

/** For the audit: why, and who the caller says to be. */
const detailOf = ({ reason, askedBy }: Asked): Record<string, unknown> => ({
  by: 'kubectl exec',
  ...(askedBy === undefined ? {} : { askedBy }),
  ...(reason === undefined ? {} : { reason }),
});

/** Does it and says so in the audit, both or neither. */
const perform = (
  asked: Asked,
  { pool, clock }: AdminDeps,
  act: { readonly action: string; readonly subject: string },
  work: (tx: Tx, now: Date) => Promise<unknown>,
): Promise<Date> =>
  withWorkspace(pool, PLATFORM_WORKSPACE, async (tx) => {
    const at = clock.now();
    await work(tx, at);
    const row = { at, actor: ACTOR, ...act, detail: detailOf(asked) };
    await appendAudit(tx, PLATFORM_WORKSPACE, row);
    return at;
  });

async function signIn(asked: Asked, deps: AdminDeps, say: Say): Promise<ExitCode> {
  const { url, expiresAt } = await makeSignInLink(deps, { actor: ACTOR, detail: detailOf(asked) });
  await say(
    { url, expiresAt: expiresAt.toISOString() },
    `${url}\nGood for one sign-in as an administrator, until ${expiresAt.toISOString()}.`,
  );
  return EXIT.ok;
}

async function endAll(asked: Asked, deps: AdminDeps, say: Say): Promise<ExitCode> {
  const act = { action: 'revoke-all', subject: 'installation' };
  const at = await perform(asked, deps, act, (tx, now) => revokeAll(tx, now));
  await say(
    { revokedAt: at.toISOString() },
    'Every session and every token of everybody has ended; people sign in again, programs need new tokens.',
  );
  return EXIT.ok;
}

async function shutOrLetIn(
  asked: Asked,
  { verb, user: name }: { readonly verb: 'disable' | 'enable'; readonly user: string },
  deps: AdminDeps,
  say: Say,
): Promise<ExitCode> {
  const user = await theUser(deps, name);
  const act = { action: `user.${verb}`, subject: `user/${user.id}` };
  await perform(asked, deps, act, (tx, now) =>
    verb === 'disable' ? disableUser(tx, user.id, now) : enableUser(tx, user.id),
  );
  const who = `${user.displayName} (${user.email ?? user.id})`;
  await say(
    { id: user.id, disabled: verb === 'disable' },
    verb === 'disable'
      ? `${who} is shut out: all sessions and tokens have ended, and no other begins.`
      : `${who} may sign in again, and needs new tokens.`,
  );
  return EXIT.ok;
}

async function users(deps: AdminDeps, say: Say): Promise<ExitCode> {
  for await (const { id, issuer, email, displayName, ...user } of everybody(deps)) {
    const { platformAdmin, disabledAt, lastUsedAt } = user;
    const marks = [
      ...(platformAdmin ? ['administrator'] : []),
      ...(disabledAt ? [`shut out since ${disabledAt.toISOString()}`] : []),
      lastUsedAt ? `last here ${lastUsedAt.toISOString()}` : 'not signed in',
    ];
    await say(
      { id, issuer, email, displayName, platformAdmin, disabledAt, lastUsedAt },
      `${id}  ${displayName} <${email ?? issuer}>: ${marks.join(', ')}`,
    );
  }
  return EXIT.ok;
}

async function verify(chain: string, deps: AdminDeps, say: Say): Promise<ExitCode> {
  await checkChain(deps.pool, chain);
  const found = await withWorkspace(deps.pool, chain, (tx) => verifyAudit(tx, chain));
  if (found.kind === 'intact') {
    const { rows, head } = found;
    await say(
      { chain, intact: true, rows, head },
      `The audit of ${chain} is whole: ${rows} rows. Compare its head with a copy kept elsewhere: ${head}`,
    );
    return EXIT.ok;
  }
  const { problem, seq } = found;
  await say(
    { chain, intact: false, problem, seq },
    `The audit of ${chain} is not as it was written: ${problem} at row ${seq}. Somebody changed it in the database; compare with the last backup.`,
  );
  return EXIT.failed;
}

/** Lines of JSON in any case: each row with its hashes, the newest first. */
async function exportChain(asked: Asked, chain: string, deps: AdminDeps): Promise<ExitCode> {
  const { pool, clock } = deps;
  await checkChain(pool, chain);
  await withWorkspace(pool, chain, (tx) => {
    const act = { action: 'audit.export', subject: `audit/${chain}`, detail: detailOf(asked) };
    return appendAudit(tx, chain, { at: clock.now(), actor: ACTOR, ...act });
  });
  for await (const page of pagesOfChain(pool, chain))
    for (const row of page) await deps.write(JSON.stringify(row));
  return EXIT.ok;
}

/** What is told of a failure, and how the process ends. */
export const endOf = (error: unknown): { code: ExitCode; text: string } | undefined => {
  if (!(error instanceof StoreError)) return undefined;
  const code = error.code === 'notFound' ? EXIT.notFound : EXIT.failed;
  return { code, text: error.message };
};
