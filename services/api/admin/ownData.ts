/** Copies and ends of the data of a person or a workspace, on the word of who holds the machine or the cluster. */
import { appendAudit } from '../../store/audit.ts';
import { getWorkspace } from '../../store/identity.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { checkIsTeam, eraseAccount, eraseTeam, planAccount } from '../ownData/erase.ts';
import { endLine, headLine, type Exported } from '../ownData/lines.ts';
import { writeExport } from '../ownData/send.ts';
import type { Asked, Subject } from './command.ts';
import { detailOf, EXIT, perform, type AdminDeps, type ExitCode, type Say } from './deps.ts';
import { theUser } from './people.ts';

/** @throws StoreError for who or what is not there */
async function find(of: Subject, deps: AdminDeps): Promise<Exported> {
  if (of.kind === 'account') return { kind: 'account', id: (await theUser(deps, of.user)).id };
  const { workspace } = of;
  await withWorkspace(deps.pool, workspace, (tx) => getWorkspace(tx, workspace));
  return { kind: 'workspace', id: workspace };
}

/** Lines of JSON in any case; the person, or the owners of the workspace, see in the audit that it was made. */
export async function exportData(asked: Asked, of: Subject, deps: AdminDeps): Promise<ExitCode> {
  const found = await find(of, deps);
  await noteExport(asked, found, deps);
  const write = (line: string): Promise<void> => deps.write(line.trimEnd());
  await write(headLine(found, deps.clock.now()));
  await write(endLine(await writeExport(deps.pool, found, write)));
  return EXIT.ok;
}

async function noteExport(asked: Asked, { kind, id }: Exported, deps: AdminDeps): Promise<void> {
  if (kind === 'account') {
    const act = { action: 'account.export', subject: `user/${id}` };
    await perform(asked, deps, act, async () => {});
    return;
  }
  await withWorkspace(deps.pool, id, (tx) =>
    appendAudit(tx, id, {
      at: deps.clock.now(),
      actor: deps.runner,
      action: 'workspace.export',
      subject: `workspace/${id}`,
      detail: detailOf(asked, deps),
    }),
  );
}

/**
 * Erases for good, or only says what would go.
 * @throws StoreError and HttpError that say what stands in the way
 */
export async function eraseData(
  asked: Asked,
  { of, dryRun }: { readonly of: Subject; readonly dryRun: boolean },
  deps: AdminDeps,
  say: Say,
): Promise<ExitCode> {
  const { kind, id } = await find(of, deps);
  if (dryRun) return wouldGo({ kind, id }, deps, say);
  const by = { actor: deps.runner, detail: detailOf(asked, deps) };
  const erasing = { ...deps, objects: { clear: deps.clear } };
  const workspaces =
    kind === 'account'
      ? await eraseAccount(erasing, id, by, { lastAdministratorMayGo: true })
      : (await eraseTeam(erasing, id, by), [id]);
  await say(
    { kind, id, workspaces, erased: true },
    `${nameOf({ kind, id }, workspaces)} is shut and deleted; the scheduler erases what is left within minutes. Backups keep it until they expire; a restore erases it again.`,
  );
  return EXIT.ok;
}

const nameOf = ({ kind, id }: Exported, workspaces: readonly string[]): string =>
  kind === 'workspace'
    ? `The workspace ${id}`
    : `The account ${id}${workspaces.length > 0 ? ` with the workspace ${workspaces.join(', ')}` : ''}`;

async function wouldGo(of: Exported, deps: AdminDeps, say: Say): Promise<ExitCode> {
  if (of.kind === 'workspace') await checkIsTeam(deps, of.id);
  const workspaces =
    of.kind === 'account'
      ? await planAccount(deps, of.id, { lastAdministratorMayGo: true })
      : [of.id];
  const all = [
    ...(of.kind === 'account' ? [of] : []),
    ...workspaces.map((id): Exported => ({ kind: 'workspace', id })),
  ];
  let rows = 0;
  for (const each of all) rows += await writeExport(deps.pool, each, async () => {});
  await say(
    { kind: of.kind, id: of.id, workspaces, rows, erased: false },
    `${nameOf(of, workspaces)} would be deleted: ${rows} rows, as export would write them. Nothing was changed.`,
  );
  return EXIT.ok;
}
