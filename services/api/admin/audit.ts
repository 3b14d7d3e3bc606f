/** A chain of the audit: whether it is whole, and what a copy that is kept elsewhere says of it. */
import { open, readFile } from 'node:fs/promises';
import { headsInCopy, type CopiedHead } from '../../core/contracts/auditCopy.ts';
import { appendAudit, verifyAudit } from '../../store/audit.ts';
import { auditHeadsInBackup, compareWithCopy } from '../../store/auditCopies.ts';
import { StoreError } from '../../store/errors.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { checkChain, pagesOfChain } from '../auditChain.ts';
import type { Asked, Command } from './command.ts';
import { detailOf, EXIT, type AdminDeps, type ExitCode, type Say } from './deps.ts';

type Verify = Extract<Command, { verb: 'audit verify' }>;

/** Ends with 1 for a chain that is not as it was written, or not the one that was copied. */
export async function verify(asked: Verify, deps: AdminDeps, say: Say): Promise<ExitCode> {
  const { chain } = asked;
  await checkChain(deps.pool, chain);
  const copies = await copiesOf(asked, deps);
  const found = await withWorkspace(deps.pool, chain, (tx) => verifyAudit(tx, chain));
  if (found.kind === 'broken') {
    const { problem, seq } = found;
    await say(
      { chain, intact: false, problem, seq },
      `The audit of ${chain} is not as it was written: ${problem} at row ${seq}. Somebody changed it in the database; compare with the last backup.`,
    );
    return EXIT.failed;
  }
  const other = await otherThan(copies, chain, deps);
  if (other) {
    const { kind: problem, seq } = other;
    const what =
      problem === 'rewritten' ? `row ${seq} is another one there` : `it ends before row ${seq}`;
    await say(
      { chain, intact: false, problem, seq },
      `The audit of ${chain} is whole, but not the one that was copied: ${what}. Somebody wrote it anew in the database.`,
    );
    return EXIT.failed;
  }
  const { rows, head } = found;
  const compared =
    copies.length > 0
      ? `, and the one that was copied (${copies.length} compared). Its head is ${head}`
      : `. Compare its head with a copy kept elsewhere: ${head}`;
  await say(
    { chain, intact: true, rows, head, ...(copies.length > 0 ? { copies: copies.length } : {}) },
    `The audit of ${chain} is whole: ${rows} rows${compared}`,
  );
  return EXIT.ok;
}

/** The first copy that the chain does not have in it. */
async function otherThan(copies: readonly CopiedHead[], chain: string, { pool }: AdminDeps) {
  for (const copy of copies) {
    const check = await withWorkspace(pool, chain, (tx) =>
      compareWithCopy(tx, { workspace: chain, ...copy }),
    );
    if (check.kind !== 'same') return check;
  }
  return undefined;
}

async function copiesOf({ chain, against, heads }: Verify, deps: AdminDeps): Promise<CopiedHead[]> {
  if (against === undefined) return [...heads];
  const found = await headsInFile(against, chain, deps);
  if (found.length === 0)
    throw new StoreError(
      'invalid',
      `${against} has no head of the audit of ${chain}; give a backup, or what audit verify --json or audit export wrote.`,
    );
  return [...heads, ...found];
}

async function headsInFile(
  file: string,
  chain: string,
  { backupKeys }: AdminDeps,
): Promise<readonly CopiedHead[]> {
  if (await isText(file)) return headsInCopy(await readFile(file, 'utf8'), chain);
  const all = await auditHeadsInBackup(file, backupKeys);
  return all.filter(({ workspace, seq }) => workspace === chain && seq > 0);
}

const BRACE = 0x7b;

/** Lines of JSON begin with a brace, backups never. @throws StoreError `notFound` */
async function isText(file: string): Promise<boolean> {
  const handle = await open(file).catch((cause: unknown) => {
    throw new StoreError('notFound', `${file} cannot be read; name a file with --against.`, {
      cause,
    });
  });
  try {
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, 0);
    return buffer[0] === BRACE;
  } finally {
    await handle.close();
  }
}

/** Lines of JSON in any case: each row with its hashes, the newest first. */
export async function exportChain(asked: Asked, chain: string, deps: AdminDeps): Promise<ExitCode> {
  const { pool, clock, runner: actor } = deps;
  await checkChain(pool, chain);
  await withWorkspace(pool, chain, (tx) => {
    const act = {
      action: 'audit.export',
      subject: `audit/${chain}`,
      detail: detailOf(asked, deps),
    };
    return appendAudit(tx, chain, { at: clock.now(), actor, ...act });
  });
  for await (const page of pagesOfChain(pool, chain))
    for (const row of page) await deps.write(JSON.stringify(row));
  return EXIT.ok;
}
