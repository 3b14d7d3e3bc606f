/** Prisma's client for ordinary access, under the same tenancy rules as the raw transactions. */
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client.ts';
import type { Prisma } from './generated/client.ts';
import type { PoolOptions, Sql } from './pool.ts';
import { poolSettings } from './pool.ts';
import { checkedWorkspace, retried } from './workspace.ts';

export type { PrismaClient } from './generated/client.ts';
export type PrismaTx = Prisma.TransactionClient;

/** A client on a role's url. It keeps a pool of its own; end it with `$disconnect`. */
export const openPrisma = (url: string, options: PoolOptions): PrismaClient =>
  new PrismaClient({ adapter: new PrismaPg(poolSettings(url, options)) });

/**
 * Runs `work` in one interactive transaction that sees only the rows of `workspace`. Like
 * `withWorkspace` it may run `work` again after a deadlock.
 * @throws StoreError for what the database refuses.
 */
export async function prismaWithWorkspace<T>(
  client: PrismaClient,
  workspace: string,
  work: (tx: PrismaTx) => Promise<T>,
): Promise<T> {
  const name = checkedWorkspace(workspace);
  return retried(() =>
    client.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT set_config('mon.workspace', ${name}, true)`;
      return work(tx);
    }),
  );
}

/** Lets functions that are written for raw transactions run inside one of Prisma's. */
export const prismaSql = (tx: PrismaTx): Sql => ({
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  query: async <R extends object>(text: string, values: readonly unknown[] = []) => {
    const rows = await tx.$queryRawUnsafe<R[]>(text, ...values);
    return { rows, rowCount: rows.length };
  },
});
