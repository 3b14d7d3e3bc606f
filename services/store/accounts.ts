/** Administration of people and their tokens, through Prisma; it is loaded at the first call only. */
import type { AuditInput } from './audit.ts';
import { appendAudit } from './audit.ts';
import { StoreError } from './errors.ts';
import type { MemberRole } from './identity.ts';
import type { PoolOptions } from './pool.ts';
import type { PrismaClient, PrismaTx } from './prisma.ts';
import type { ApiToken, TokenScope } from './tokens.ts';

export interface Member {
  readonly userId: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly role: MemberRole;
  readonly since: Date;
}

export interface Profile {
  readonly displayName?: string | undefined;
  readonly locale?: string | undefined;
  readonly timeZone?: string | undefined;
}

/** Who acts, for the audit row that is written in the same transaction. */
export type Acting = Pick<AuditInput, 'actor' | 'at'>;

export interface Accounts {
  /** Members of a workspace, by name. */
  listMembers(workspace: string): Promise<Member[]>;
  /** @throws StoreError `notFound`; `invalid` when the workspace would have no owner left. */
  removeMember(workspace: string, userId: string, acting: Acting): Promise<void>;
  /** @throws StoreError `notFound` when the user is no member of the workspace. */
  updateProfile(workspace: string, userId: string, profile: Profile, acting: Acting): Promise<void>;
  /** Tokens that are not revoked, newest first; never their hashes. */
  listTokens(workspace: string): Promise<ApiToken[]>;
  /** @throws StoreError `notFound` */
  revokeToken(workspace: string, id: string, acting: Acting): Promise<void>;
  close(): Promise<void>;
}

type InWorkspace = <T>(workspace: string, work: (tx: PrismaTx) => Promise<T>) => Promise<T>;

interface Loaded {
  readonly client: PrismaClient;
  readonly inWorkspace: InWorkspace;
  readonly audit: (tx: PrismaTx, workspace: string, entry: AuditInput) => Promise<void>;
}

/** Prisma and its query compiler take some 50 MB: a process that never administers stays small. */
async function load(url: string, options: PoolOptions): Promise<Loaded> {
  const { openPrisma, prismaSql, prismaWithWorkspace } = await import('./prisma.ts');
  const client = openPrisma(url, options);
  return {
    client,
    inWorkspace: (workspace, work) => prismaWithWorkspace(client, workspace, work),
    audit: (tx, workspace, entry) => appendAudit(prismaSql(tx), workspace, entry),
  };
}

async function readMembers(tx: PrismaTx, workspaceId: string): Promise<Member[]> {
  const memberships = await tx.membership.findMany({ where: { workspaceId } });
  const ids = memberships.map(({ userId }) => userId);
  const users = await tx.user.findMany({
    where: { id: { in: ids } },
    select: { id: true, displayName: true, email: true },
    orderBy: [{ displayName: 'asc' }, { id: 'asc' }],
  });
  const byUser = new Map(memberships.map((membership) => [membership.userId, membership]));
  return users.flatMap(({ id, displayName, email }) => {
    const membership = byUser.get(id);
    if (!membership) return [];
    const role = membership.role as MemberRole;
    return [{ userId: id, displayName, email, role, since: membership.createdAt }];
  });
}

async function dropMember(tx: PrismaTx, workspaceId: string, userId: string): Promise<void> {
  // Two owners who remove each other at the same time must not both succeed.
  await tx.$queryRaw`SELECT user_id FROM memberships WHERE workspace_id = ${workspaceId} FOR UPDATE`;
  const members = await tx.membership.findMany({ where: { workspaceId } });
  if (!members.some((member) => member.userId === userId))
    throw new StoreError('notFound', 'That user is no member of this workspace.');
  if (!members.some((member) => member.role === 'owner' && member.userId !== userId))
    throw new StoreError('invalid', 'The last owner of a workspace cannot be removed.');
  await tx.membership.deleteMany({ where: { workspaceId, userId } });
}

async function writeProfile(
  tx: PrismaTx,
  workspaceId: string,
  userId: string,
  profile: Profile,
): Promise<void> {
  const member = await tx.membership.findFirst({ where: { workspaceId, userId } });
  if (!member) throw new StoreError('notFound', 'That user is no member of this workspace.');
  const { displayName, locale, timeZone } = profile;
  await tx.user.update({
    where: { id: userId },
    data: {
      ...(displayName === undefined ? {} : { displayName }),
      ...(locale === undefined ? {} : { locale }),
      ...(timeZone === undefined ? {} : { timeZone }),
    },
  });
}

async function readTokens(tx: PrismaTx, workspaceId: string): Promise<ApiToken[]> {
  const rows = await tx.apiToken.findMany({
    where: { workspaceId, revokedAt: null },
    omit: { tokenHash: true, revokedAt: true, epoch: true },
    orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
  });
  return rows.map(({ workspaceId: workspace, scope, ...token }) => ({
    ...token,
    workspace,
    scope: scope as TokenScope,
  }));
}

async function endToken(tx: PrismaTx, workspaceId: string, id: string, at: Date): Promise<void> {
  const { count } = await tx.apiToken.updateMany({
    where: { workspaceId, id, revokedAt: null },
    data: { revokedAt: at },
  });
  if (count === 0) throw new StoreError('notFound', 'There is no such token.');
}

/** The administration on the url of the api's role; each change writes its audit row with it. */
export function openAccounts(url: string, options: PoolOptions): Accounts {
  let loaded: Promise<Loaded> | undefined;
  const prisma = (): Promise<Loaded> => (loaded ??= load(url, options));
  const reading = async <T>(workspace: string, work: (tx: PrismaTx) => Promise<T>): Promise<T> =>
    (await prisma()).inWorkspace(workspace, work);
  const changing = async (
    workspace: string,
    entry: AuditInput,
    work: (tx: PrismaTx) => Promise<void>,
  ): Promise<void> => {
    const { inWorkspace, audit } = await prisma();
    await inWorkspace(workspace, async (tx) => {
      await work(tx);
      await audit(tx, workspace, entry);
    });
  };
  return {
    listMembers: (workspace) => reading(workspace, (tx) => readMembers(tx, workspace)),
    removeMember: (workspace, userId, acting) =>
      changing(workspace, { ...acting, action: 'member.remove', subject: userId }, (tx) =>
        dropMember(tx, workspace, userId),
      ),
    updateProfile: (workspace, userId, profile, acting) =>
      changing(workspace, { ...acting, action: 'user.update', subject: userId }, (tx) =>
        writeProfile(tx, workspace, userId, profile),
      ),
    listTokens: (workspace) => reading(workspace, (tx) => readTokens(tx, workspace)),
    revokeToken: (workspace, id, acting) =>
      changing(workspace, { ...acting, action: 'token.revoke', subject: id }, (tx) =>
        endToken(tx, workspace, id, acting.at),
      ),
    close: async () => {
      if (loaded) await (await loaded).client.$disconnect();
    },
  };
}
