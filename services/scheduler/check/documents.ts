/** Lets go of raw documents once newer ones are kept (`KEPT_DOCUMENTS`). */
import { releaseDocuments } from '../../store/blobs.ts';
import type { Claim } from '../../store/claim.ts';
import type { KeptDocument, SourceState } from '../../store/sourceState.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { SchedulerDeps } from '../deps.ts';

/** The documents that were kept before a check and are not any more. */
export function droppedDocuments(
  before: readonly Pick<SourceState, 'source' | 'documents'>[],
  after: readonly Pick<SourceState, 'source' | 'documents'>[],
): KeptDocument[] {
  return after.flatMap(({ source, documents }) => {
    const kept = new Set(documents.map(({ snapshotId }) => snapshotId));
    const had = before.find((state) => state.source === source)?.documents ?? [];
    return had.filter(({ snapshotId }) => !kept.has(snapshotId));
  });
}

/**
 * Takes dropped documents from their snapshots, after the check was committed. What a crash leaves
 * goes with its snapshot.
 */
export async function dropDocuments(
  claim: Pick<Claim, 'workspace' | 'monitor' | 'states'>,
  after: readonly SourceState[],
  deps: Pick<SchedulerDeps, 'pool' | 'clock' | 'log'>,
): Promise<void> {
  const dropped = droppedDocuments(claim.states, after);
  if (dropped.length === 0) return;
  const { workspace, monitor } = claim;
  try {
    await withWorkspace(deps.pool, workspace, (tx) =>
      releaseDocuments(tx, workspace, dropped, deps.clock.now()),
    );
  } catch (error) {
    deps.log.warn({ err: error, workspace, monitor }, 'old documents are not released yet');
  }
}
