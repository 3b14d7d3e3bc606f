/** Applies manifests: each object by itself, so that a bad one does not hold up the others. */
import type { MonitorJobSpec } from '../../crds/types/monitorjob.ts';
import { HttpError, type FieldProblem } from '../core/errors.ts';
import { SECRETS_PATH, type PutSecretRequest } from '../core/contracts/scheduler.ts';
import { validateManifest, type ManifestObject } from '../core/manifest/index.ts';
import { isInWindow, nextAllowed, nextSlot } from '../domain/schedule.ts';
import { applyMonitor, type ApplyDeps } from '../store/apply.ts';
import { appendAudit } from '../store/audit.ts';
import { applyChannel, deleteChannel, findChannel } from '../store/channels.ts';
import { deleteMonitor, findMonitor } from '../store/monitors.ts';
import { deleteSecret, findSecret } from '../store/secrets.ts';
import { isRetryable, toStoreError } from '../store/errors.ts';
import { withWorkspace, type Tx } from '../store/workspace.ts';
import { z } from 'zod';
import type { ApiDeps } from './deps.ts';
import { toApiError } from './errors.ts';
import { listManaged } from './managed.ts';
import type { Principal } from './principal.ts';

export type Action = 'created' | 'configured' | 'unchanged' | 'deleted' | 'refused';

/** What became of one object. */
export interface ApplyResult {
  readonly kind: string;
  readonly name: string;
  readonly action: Action;
  readonly problems?: readonly FieldProblem[];
}

export interface ApplyRequest {
  readonly documents: readonly Record<string, unknown>[];
  /** The file that manages the objects; null when a person applies them. */
  readonly managedBy: string | null;
  readonly dryRun: boolean;
}

/** The first time to check: at once, unless a window forbids it. */
export function firstDue(spec: MonitorJobSpec, now: Date, seed: string): Date | null {
  if (isInWindow(spec.schedule, now)) return now;
  const slot = nextSlot(spec.schedule, now, seed);
  return slot instanceof Date ? slot : (nextAllowed(spec.schedule, now) ?? null);
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
  deps: ApiDeps,
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
  deps: ApiDeps,
  principal: Principal,
  request: ApplyRequest,
  documents: ApplyRequest['documents'],
  before: readonly ApplyResult[],
): Promise<ApplyResult[]> {
  const { managedBy, dryRun } = request;
  try {
    return await withWorkspace(deps.pool, principal.workspace, async (tx) => {
      const results: ApplyResult[] = [];
      for (const document of documents)
        results.push(
          await reported(document, () =>
            inSavepoint(tx, () => applyObject(tx, deps, principal, managedBy, document)),
          ),
        );
      if (dryRun) throw new DryRun(results);
      if (managedBy === null) return results;
      return [
        ...results,
        ...(await prune(tx, deps, principal, managedBy, [...before, ...results])),
      ];
    });
  } catch (error) {
    if (error instanceof DryRun) return error.results;
    throw error;
  }
}

/** Undoes what `work` wrote when it fails, and leaves the transaction usable for the next object. */
async function inSavepoint<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  await tx.query('SAVEPOINT object');
  try {
    const result = await work();
    await tx.query('RELEASE SAVEPOINT object');
    return result;
  } catch (error) {
    // A deadlock has ended the whole transaction: it runs again, and must hear of it untranslated.
    if (isRetryable(error)) throw error;
    await tx.query('ROLLBACK TO SAVEPOINT object');
    throw toStoreError(error);
  }
}

/** Secrets and channels before the jobs that name them, so that a job is accepted at once. */
const ORDER = ['Secret', 'ConfigMap', 'NotificationChannel', 'MonitorJob'];
const isSecret = (document: Record<string, unknown>): boolean =>
  ['Secret', 'ConfigMap'].includes(kindIn(document));
const rank = (document: Record<string, unknown>): number => ORDER.indexOf(kindIn(document));
const inOrder = (documents: ApplyRequest['documents']): ApplyRequest['documents'] =>
  documents.toSorted((a, b) => rank(a) - rank(b));

const kindIn = ({ kind }: Record<string, unknown>): string =>
  typeof kind === 'string' ? kind.slice(0, 64) : '';

const nameIn = (document: Record<string, unknown>): string => {
  const name = (document['metadata'] as { name?: unknown } | undefined)?.name;
  return typeof name === 'string' ? name.slice(0, 253) : '';
};

type Applied = { readonly action: Action } | { readonly problems: readonly FieldProblem[] };

/** The outcome of one document; what cannot be said to the caller concerns the whole request. */
async function reported(
  document: Record<string, unknown>,
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
  deps: ApiDeps,
  principal: Principal,
  managedBy: string | null,
  document: Record<string, unknown>,
): Promise<Applied> {
  const { workspace } = principal;
  const old = await readOld(tx, workspace, { kind: kindIn(document), name: nameIn(document) });
  const validated = validateManifest(document, old);
  if (!validated.ok) return { problems: validated.problems };
  const { object } = validated;
  if (object.kind === 'Secret' || object.kind === 'ConfigMap') return { problems: [] };
  const action = await writeObject(tx, deps, workspace, managedBy, object);
  if (action !== 'unchanged')
    await audit(tx, deps, principal, `apply ${action}`, object.kind, object.metadata.name);
  return { action };
}

async function writeObject(
  tx: Tx,
  deps: ApiDeps,
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
  deps: ApiDeps,
  { workspace, actor }: Principal,
  { managedBy, dryRun }: ApplyRequest,
  document: Record<string, unknown>,
): Promise<Applied> {
  const validated = validateManifest(document);
  if (!validated.ok) return { problems: validated.problems };
  const { object } = validated;
  if (object.kind !== 'Secret' && object.kind !== 'ConfigMap') return { problems: [] };
  const { kind, data } = object;
  const { name } = object.metadata;
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

/** Adds a row to the audit log of the workspace. */
export const audit = (
  tx: Tx,
  deps: Pick<ApiDeps, 'clock'>,
  { workspace, actor }: Pick<Principal, 'workspace' | 'actor'>,
  action: string,
  kind: string,
  name: string,
): Promise<void> =>
  appendAudit(tx, workspace, { at: deps.clock.now(), actor, action, subject: `${kind}/${name}` });

/** Deletes what a file managed before and does not name any more. */
async function prune(
  tx: Tx,
  deps: ApiDeps,
  principal: Principal,
  managedBy: string,
  results: readonly ApplyResult[],
): Promise<ApplyResult[]> {
  const kept = new Set(results.map(({ kind, name }) => `${kind}/${name}`));
  const { workspace } = principal;
  const gone = (await listManaged(tx, workspace, managedBy)).filter(
    ({ kind, name }) => !kept.has(`${kind}/${name}`),
  );
  for (const { kind, name } of gone) {
    await removeObject(tx, deps, workspace, kind, name, managedBy);
    await audit(tx, deps, principal, 'delete', kind, name);
  }
  return gone.map(({ kind, name }) => ({ kind, name, action: 'deleted' as const }));
}

/** Deletes one object. @throws StoreError `notFound`, or `conflict` when another file manages it. */
export async function removeObject(
  tx: Tx,
  deps: Pick<ApiDeps, 'clock'>,
  workspace: string,
  kind: ManifestObject['kind'],
  name: string,
  managedBy: string | null,
): Promise<void> {
  switch (kind) {
    case 'MonitorJob':
      return deleteMonitor(tx, workspace, name, deps.clock.now(), { managedBy });
    case 'NotificationChannel':
      return deleteChannel(tx, workspace, name, { managedBy });
    case 'Secret':
    case 'ConfigMap':
      return deleteSecret(tx, workspace, kind, name, { managedBy });
    default:
      return kind satisfies never;
  }
}
