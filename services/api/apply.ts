/** Applies manifests: each object by itself, so that a bad one does not hold up the others. */
import { HttpError, type FieldProblem } from '../core/errors.ts';
import { SECRETS_PATH, type PutSecretRequest } from '../core/contracts/scheduler.ts';
import { validateManifest, type ManifestObject } from '../core/manifest/index.ts';
import { firstDue } from '../domain/firstDue.ts';
import { applyMonitor, type ApplyDeps } from '../store/apply.ts';
import { applyChannel, findChannel } from '../store/channels.ts';
import { findMonitor } from '../store/monitors.ts';
import { findSecret } from '../store/secrets.ts';
import { isRetryable } from '../store/errors.ts';
import { withWorkspace, type Tx } from '../store/workspace.ts';
import { z } from 'zod';
import { audit, auditResults } from './audit.ts';
import type { ApiDeps } from './deps.ts';
import { inOrder, isJob, isSecret, kindIn, nameIn, type Document } from './documents.ts';
import { toApiError } from './errors.ts';
import { listManaged } from './managed.ts';
import { createNewJobs } from './newJobs.ts';
import type { Principal } from './principal.ts';
import { removeObject } from './remove.ts';
import { refuseReserved } from './reserved.ts';
import { inSavepoint } from './savepoint.ts';
import type { WriterDeps } from './writer.ts';

export type Action = 'created' | 'configured' | 'unchanged' | 'deleted' | 'refused';

/** What became of one object. */
export interface ApplyResult {
  readonly kind: string;
  readonly name: string;
  readonly action: Action;
  readonly problems?: readonly FieldProblem[];
}

export interface ApplyRequest {
  readonly documents: readonly Document[];
  /** The file that manages the objects; null when a person applies them. */
  readonly managedBy: string | null;
  readonly dryRun: boolean;
}

/** What writing a monitor or channel needs beside the transaction. */
export const applyDeps = ({ clock, newId }: Pick<ApiDeps, 'clock' | 'newId'>): ApplyDeps => ({
  now: clock.now(),
  newUid: newId,
  firstDue,
});

/**
 * Applies every document and, for a managed file, deletes what it managed before and no longer
 * names. Problems are results, not errors. Jobs and channels share one transaction, in which each
 * stands alone; a Secret is stored by the scheduler.
 */
export async function applyDocuments(
  deps: WriterDeps,
  principal: Principal,
  request: ApplyRequest,
): Promise<ApplyResult[]> {
  const documents = inOrder(request.documents);
  const secrets = documents.filter(isSecret);
  const results: ApplyResult[] = [];
  for (const document of secrets)
    results.push(await reported(document, () => applySecret(deps, principal, request, document)));
  const objects = documents.filter((document) => !isSecret(document));
  return [...results, ...(await applyObjects(deps, principal, request, objects, results))];
}

/** Ends a transaction whose outcome is wanted but whose writes are not. */
class DryRun extends Error {
  readonly results: ApplyResult[];
  constructor(results: ApplyResult[]) {
    super('dry run');
    this.results = results;
  }
}

async function applyObjects(
  deps: WriterDeps,
  principal: Principal,
  request: ApplyRequest,
  documents: readonly Document[],
  before: readonly ApplyResult[],
): Promise<ApplyResult[]> {
  const { managedBy, dryRun } = request;
  try {
    return await withWorkspace(deps.pool, principal.workspace, async (tx) => {
      const results = await applyEach(tx, deps, principal.workspace, managedBy, documents);
      if (dryRun) throw new DryRun(results);
      const gone =
        managedBy === null
          ? []
          : await prune(tx, deps, principal.workspace, managedBy, [...before, ...results]);
      await auditResults(tx, deps, principal, [...results, ...gone]);
      return [...results, ...gone];
    });
  } catch (error) {
    if (error instanceof DryRun) return error.results;
    throw error;
  }
}

/** New jobs together, all else one by one in its order; channels come before the jobs. */
async function applyEach(
  tx: Tx,
  deps: WriterDeps,
  workspace: string,
  managedBy: string | null,
  documents: readonly Document[],
): Promise<ApplyResult[]> {
  const each = async (document: Document): Promise<ApplyResult> =>
    reported(document, () =>
      inSavepoint(tx, () => applyObject(tx, deps, workspace, managedBy, document)),
    );
  const results: ApplyResult[] = [];
  for (const document of documents.filter((it) => !isJob(it))) results.push(await each(document));
  const jobs = documents.filter(isJob);
  const created = await createNewJobs(tx, workspace, managedBy, jobs, applyDeps(deps));
  for (const job of jobs)
    results.push(
      created.has(job)
        ? { kind: kindIn(job), name: nameIn(job), action: 'created' }
        : await each(job),
    );
  return results;
}

export type Applied = { readonly action: Action } | { readonly problems: readonly FieldProblem[] };

/** The outcome of one document; what cannot be said to the caller concerns the whole request. */
export async function reported(
  document: Document,
  work: () => Promise<Applied>,
): Promise<ApplyResult> {
  const where = { kind: kindIn(document), name: nameIn(document) };
  try {
    const applied = await work();
    return 'action' in applied
      ? { ...where, action: applied.action }
      : { ...where, action: 'refused', problems: applied.problems };
  } catch (error) {
    if (isRetryable(error)) throw error;
    const known = toApiError(error);
    if (!(known instanceof HttpError) || known.status >= 500) throw error;
    const problems = known.fields ?? [{ path: '', message: known.message }];
    return { ...where, action: 'refused', problems };
  }
}

async function readOld(tx: Tx, workspace: string, { kind, name }: { kind: string; name: string }) {
  if (kind === 'MonitorJob') {
    const old = await findMonitor(tx, workspace, name);
    return old && { kind, metadata: { name }, spec: old.spec };
  }
  if (kind !== 'NotificationChannel') return undefined;
  const old = await findChannel(tx, workspace, name);
  return old && { kind, metadata: { name }, spec: old.spec };
}

async function applyObject(
  tx: Tx,
  deps: WriterDeps,
  workspace: string,
  managedBy: string | null,
  document: Document,
): Promise<Applied> {
  const old = await readOld(tx, workspace, { kind: kindIn(document), name: nameIn(document) });
  const validated = validateManifest(document, old);
  if (!validated.ok) return { problems: validated.problems };
  const { object } = validated;
  if (object.kind === 'Secret' || object.kind === 'ConfigMap') return { problems: [] };
  return { action: await writeObject(tx, deps, workspace, managedBy, object) };
}

async function writeObject(
  tx: Tx,
  deps: WriterDeps,
  workspace: string,
  managedBy: string | null,
  object: Exclude<ManifestObject, { kind: 'Secret' | 'ConfigMap' }>,
): Promise<Action> {
  const { name, labels, annotations } = object.metadata;
  const input = { name, labels, annotations };
  const guard = { managedBy };
  switch (object.kind) {
    case 'MonitorJob': {
      const done = await applyMonitor(
        tx,
        workspace,
        { ...input, spec: object.spec },
        guard,
        applyDeps(deps),
      );
      return done.outcome;
    }
    case 'NotificationChannel': {
      const done = await applyChannel(
        tx,
        workspace,
        { ...input, spec: object.spec },
        guard,
        applyDeps(deps),
      );
      return done.outcome;
    }
    default:
      return object satisfies never;
  }
}

async function applySecret(
  deps: WriterDeps,
  { workspace, actor }: Principal,
  { managedBy, dryRun }: ApplyRequest,
  document: Document,
): Promise<Applied> {
  const validated = validateManifest(document);
  if (!validated.ok) return { problems: validated.problems };
  const { object } = validated;
  if (object.kind !== 'Secret' && object.kind !== 'ConfigMap') return { problems: [] };
  const { kind, data } = object;
  const { name } = object.metadata;
  if (kind === 'Secret') refuseReserved(name);
  const before = await withWorkspace(deps.pool, workspace, (tx) =>
    findSecret(tx, workspace, kind, name),
  );
  const action = before ? 'configured' : 'created';
  if (dryRun) return { action };
  const body: PutSecretRequest = { workspace, kind, name, data, managedBy };
  await deps.scheduler.put(SECRETS_PATH, body, z.unknown());
  await withWorkspace(deps.pool, workspace, (tx) =>
    audit(tx, deps, { workspace, actor }, `apply ${action}`, kind, name),
  );
  return { action };
}

/** Deletes what a file managed before and does not name any more. */
async function prune(
  tx: Tx,
  deps: WriterDeps,
  workspace: string,
  managedBy: string,
  results: readonly ApplyResult[],
): Promise<ApplyResult[]> {
  const kept = new Set(results.map(({ kind, name }) => `${kind}/${name}`));
  const gone = (await listManaged(tx, workspace, managedBy)).filter(
    ({ kind, name }) => !kept.has(`${kind}/${name}`),
  );
  for (const { kind, name } of gone) await removeObject(tx, deps, workspace, kind, name, managedBy);
  return gone.map(({ kind, name }) => ({ kind, name, action: 'deleted' as const }));
}
