/** What the commands of administrators share: what they work with, how they say things, and their audit. */
import type { Pool } from 'pg';
import type { Clock } from '../../core/clock.ts';
import type { IdSource } from '../../core/ids.ts';
import { appendAudit } from '../../store/audit.ts';
import type { BackupKeys } from '../../store/backups/keys.ts';
import { PLATFORM_WORKSPACE, withWorkspace, type Tx } from '../../store/workspace.ts';
import type { Asked } from './command.ts';

/** Who runs the program: somebody by kubectl in a pod, or on the machine itself. */
export type Runner = 'kubectl' | 'duckmon';

export interface AdminDeps {
  /** Connections of the role mon_api. */
  readonly pool: Pool;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: IdSource;
  readonly publicUrl: string;
  /** Actor of all acts in the audit. */
  readonly runner: Runner;
  /** Takes away what of a workspace is kept in a cluster. @throws HttpError, StoreError */
  readonly clear: (workspace: string) => Promise<void>;
  /** Of backups whose audit heads are compared. */
  readonly backupKeys: BackupKeys | undefined;
  /** Writes a line to standard output; resolves when more may come. */
  readonly write: (line: string) => Promise<void>;
}

/** Exit codes, as those of `duckmon`. */
export const EXIT = { ok: 0, failed: 1, usage: 2, notFound: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Says it as a line of JSON, or as the sentence. */
export type Say = (value: object, sentence: string) => Promise<void>;

const BY: Readonly<Record<Runner, string>> = {
  kubectl: 'kubectl exec',
  duckmon: 'duckmon admin',
};

/** For the audit: why, and who the caller says to be. */
export const detailOf = (
  { reason, askedBy }: Pick<Asked, 'reason' | 'askedBy'>,
  { runner }: Pick<AdminDeps, 'runner'>,
): Record<string, unknown> => ({
  by: BY[runner],
  ...(askedBy === undefined ? {} : { askedBy }),
  ...(reason === undefined ? {} : { reason }),
});

/** Does it and says so in the audit, both or neither. */
export const perform = (
  asked: Asked,
  deps: AdminDeps,
  act: { readonly action: string; readonly subject: string },
  work: (tx: Tx, now: Date) => Promise<unknown>,
): Promise<Date> =>
  withWorkspace(deps.pool, PLATFORM_WORKSPACE, async (tx) => {
    const at = deps.clock.now();
    await work(tx, at);
    const row = { at, actor: deps.runner, ...act, detail: detailOf(asked, deps) };
    await appendAudit(tx, PLATFORM_WORKSPACE, row);
    return at;
  });
