/** Creates the jobs of a request that are new, all of them at once. */
import type { MonitorJob } from '../../crds/types/monitorjob.ts';
import { validateManifest } from '../core/manifest/index.ts';
import type { ApplyDeps, MonitorInput } from '../store/apply.ts';
import { isRetryable } from '../store/errors.ts';
import { insertMonitors, takenNames } from '../store/newMonitors.ts';
import type { Tx } from '../store/workspace.ts';
import type { Document } from './documents.ts';
import { inSavepoint } from './savepoint.ts';

/**
 * Creates what is sound, new and named first; all else is left to be applied one by one, and so is
 * everything when the store refuses one of them: each then gets its own answer.
 * @param jobs documents of the kind MonitorJob
 * @returns the documents that were created
 */
export async function createNewJobs(
  tx: Tx,
  workspace: string,
  managedBy: string | null,
  jobs: readonly Document[],
  deps: ApplyDeps,
): Promise<Set<Document>> {
  const sound = soundJobs(jobs);
  if (sound.size === 0) return new Set();
  const taken = await takenNames(tx, workspace, [...sound.keys()]);
  const inputs = [...sound.values()].filter(({ input }) => !taken.has(input.name));
  if (inputs.length === 0) return new Set();
  try {
    const created = await inSavepoint(tx, () =>
      insertMonitors(
        tx,
        workspace,
        inputs.map(({ input }) => input),
        managedBy,
        deps,
      ),
    );
    return new Set(
      inputs.filter(({ input }) => created.has(input.name)).map(({ document }) => document),
    );
  } catch (error) {
    if (isRetryable(error)) throw error;
    return new Set();
  }
}

/** By name, the first document of each that is valid for a job without a past. */
function soundJobs(
  jobs: readonly Document[],
): Map<string, { readonly document: Document; readonly input: MonitorInput }> {
  const sound = new Map<string, { document: Document; input: MonitorInput }>();
  for (const document of jobs) {
    const validated = validateManifest(document);
    if (!validated.ok) continue;
    const { metadata, spec } = validated.object as MonitorJob;
    const { name, labels, annotations } = metadata;
    if (!sound.has(name)) sound.set(name, { document, input: { name, labels, annotations, spec } });
  }
  return sound;
}
