/** Takes over what the operator sends: validated once more, written under its workspace. */
import type {
  InventoryRequest,
  InventoryResult,
  ProjectedChannel,
  ProjectedMonitor,
  ProjectionResult,
} from '../../core/contracts/projection.ts';
import { HttpError } from '../../core/errors.ts';
import { validateManifest, type ManifestObject } from '../../core/manifest/index.ts';
import { firstDue } from '../../domain/firstDue.ts';
import {
  compareInventory,
  ensureWorkspace,
  enterTerm,
  projectChannel,
  projectMonitor,
  retireChannel,
  retireMonitor,
  type InventoryItem,
  type ObjectKey,
} from '../../store/projection.ts';
import { withTransaction, withWorkspace } from '../../store/workspace.ts';
import type { SchedulerDeps } from '../deps.ts';

export type ProjectionDeps = Pick<SchedulerDeps, 'pool' | 'clock'>;

const API_VERSION = 'mon.duckerhub.com/v1alpha1';

/** @throws HttpError `conflict` when a later leader was heard */
async function requireTerm(deps: ProjectionDeps, term: number): Promise<void> {
  if (await withTransaction(deps.pool, (tx) => enterTerm(tx, term))) return;
  throw new HttpError('conflict', 'Another operator leads since; this one has lost its lease.');
}

/** The API server has checked the schema; what it cannot see, such as a cron, is checked here. */
function validate<K extends 'MonitorJob' | 'NotificationChannel'>(
  kind: K,
  { workspace, name }: ObjectKey,
  { spec, labels, annotations }: Pick<ProjectedMonitor, 'spec' | 'labels' | 'annotations'>,
): { object: Extract<ManifestObject, { kind: K }> } | { refused: ProjectionResult } {
  const metadata = { name, namespace: workspace, labels, annotations };
  const validated = validateManifest({ apiVersion: API_VERSION, kind, metadata, spec });
  if (!validated.ok)
    return {
      refused: {
        outcome: 'refused',
        problems: validated.problems.map(({ path, message }) => ({ path, message })),
      },
    };
  return { object: validated.object as Extract<ManifestObject, { kind: K }> };
}

const done = (outcome: ProjectionResult['outcome']): ProjectionResult => ({
  outcome,
  problems: [],
});

/** Writes a MonitorJob of the cluster; a spec with problems is not written and its problems told. */
export async function putMonitor(
  key: ObjectKey,
  job: ProjectedMonitor,
  deps: ProjectionDeps,
): Promise<ProjectionResult> {
  await requireTerm(deps, job.term);
  const checked = validate('MonitorJob', key, job);
  if ('refused' in checked) return checked.refused;
  const now = deps.clock.now();
  await withTransaction(deps.pool, (tx) => ensureWorkspace(tx, key.workspace, now));
  const { name } = key;
  const outcome = await withWorkspace(deps.pool, key.workspace, (tx) =>
    projectMonitor(
      tx,
      key.workspace,
      { ...job, name, spec: checked.object.spec },
      { now, firstDue },
    ),
  );
  return done(outcome);
}

/** Writes a NotificationChannel of the cluster. */
export async function putChannel(
  key: ObjectKey,
  channel: ProjectedChannel,
  deps: ProjectionDeps,
): Promise<ProjectionResult> {
  await requireTerm(deps, channel.term);
  const checked = validate('NotificationChannel', key, channel);
  if ('refused' in checked) return checked.refused;
  const now = deps.clock.now();
  await withTransaction(deps.pool, (tx) => ensureWorkspace(tx, key.workspace, now));
  const { name } = key;
  const outcome = await withWorkspace(deps.pool, key.workspace, (tx) =>
    projectChannel(tx, key.workspace, { ...channel, name, spec: checked.object.spec }, now),
  );
  return done(outcome);
}

type Kind = 'monitors' | 'channels';

/** Retires one object when it still is the one that is gone. */
export async function retire(
  kind: Kind,
  { workspace, name }: ObjectKey,
  { term, uid }: { readonly term: number; readonly uid: string },
  deps: ProjectionDeps,
): Promise<void> {
  await requireTerm(deps, term);
  await retireOne(kind, { workspace, name, uid }, deps);
}

const retireOne = (
  kind: Kind,
  { workspace, name, uid }: InventoryItem,
  { pool, clock }: ProjectionDeps,
): Promise<boolean> =>
  withWorkspace(pool, workspace, (tx) =>
    kind === 'monitors'
      ? retireMonitor(tx, workspace, name, uid, clock.now())
      : retireChannel(tx, workspace, name, uid),
  );

/** Retires whatever the complete set does not name, and says what it names that is not here. */
export async function takeInventory(
  request: InventoryRequest,
  deps: ProjectionDeps,
): Promise<InventoryResult> {
  await requireTerm(deps, request.term);
  const retired = { monitors: [] as ObjectKey[], channels: [] as ObjectKey[] };
  const missing = { monitors: [] as ObjectKey[], channels: [] as ObjectKey[] };
  for (const kind of ['monitors', 'channels'] as const) {
    const items = request[kind].map(([workspace, name, uid]) => ({ workspace, name, uid }));
    const difference = await compareInventory(deps.pool, kind, items);
    for (const item of difference.gone)
      if (await retireOne(kind, item, deps))
        retired[kind].push({ workspace: item.workspace, name: item.name });
    missing[kind].push(...difference.missing);
  }
  return { retired, missing };
}
