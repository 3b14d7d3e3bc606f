/** Objects in the database: local mode, where Postgres is the truth of specs as well. */
import { HttpError } from '../core/errors.ts';
import type { ManifestKind } from '../core/manifest/index.ts';
import { setSuspended } from '../store/apply.ts';
import { getChannel } from '../store/channels.ts';
import { findMonitor, getMonitor, requestRun, type Monitor } from '../store/monitors.ts';
import { withWorkspace, type Tx } from '../store/workspace.ts';
import { applyDeps, applyDocuments } from './apply.ts';
import { audit } from './audit.ts';
import { nameIn, type Document } from './documents.ts';
import type { Principal } from './principal.ts';
import { checkApplied } from './refusal.ts';
import { removeObject } from './remove.ts';
import { showChannels, showMonitors } from './shown.ts';
import { wake } from './wake.ts';
import type { ObjectWriter, Shown, WriterDeps } from './writer.ts';

const guard = { managedBy: null };

/** The version that an If-Match header demands. */
function ifMatchOf(header: string | undefined): number | undefined {
  if (header === undefined || header === '*') return undefined;
  const version = /^"(\d{1,15})"$/.exec(header)?.[1];
  if (version === undefined)
    throw new HttpError('invalid', 'If-Match must be an ETag of this object');
  return Number(version);
}

const etagOf = ({ resourceVersion }: Pick<Monitor, 'resourceVersion'>): string =>
  `"${resourceVersion}"`;

export function createStoreWriter(deps: WriterDeps): ObjectWriter {
  const inWorkspace = <T>(workspace: string, work: (tx: Tx) => Promise<T>): Promise<T> =>
    withWorkspace(deps.pool, workspace, work);
  return {
    apply: async (principal, request) => {
      const results = await applyDocuments(deps, principal, request);
      const changed = results.some(({ action }) => action === 'created' || action === 'configured');
      if (changed && !request.dryRun) await wake(deps, principal.workspace);
      return results;
    },
    create: async (principal, document) => {
      await refuseTaken(deps, principal.workspace, nameIn(document));
      return applyOne(deps, principal, document);
    },
    replace: async (principal, name, document, ifMatch) => {
      const wanted = ifMatchOf(ifMatch);
      const { workspace } = principal;
      const before = await inWorkspace(workspace, (tx) => getMonitor(tx, workspace, name));
      if (wanted !== undefined && wanted !== before.resourceVersion)
        throw new HttpError(
          'precondition_failed',
          'The monitor was changed meanwhile; read it again',
        );
      return applyOne(deps, principal, document);
    },
    duplicate: async (principal, name, copy) => {
      const { workspace } = principal;
      const source = await inWorkspace(workspace, (tx) => getMonitor(tx, workspace, name));
      await refuseTaken(deps, workspace, copy);
      const { spec } = source;
      return applyOne(deps, principal, copyOf({ ...spec }, copy));
    },
    suspend: (principal, name, suspend) => setPaused(deps, principal, name, suspend),
    requestRun: async ({ workspace }, name) => {
      const id = await inWorkspace(workspace, (tx) =>
        requestRun(tx, workspace, name, deps.newId(), deps.clock.now()),
      );
      await wake(deps, workspace, name);
      return id;
    },
    remove: (principal, kind, name) => removeOne(deps, principal, kind, name),
    clear: async () => {},
    readMonitor: (workspace, name) =>
      inWorkspace(workspace, async (tx) =>
        shown(tx, deps, workspace, await getMonitor(tx, workspace, name)),
      ),
    readChannel: (workspace, name) =>
      inWorkspace(workspace, async (tx) => {
        const channel = await getChannel(tx, workspace, name);
        const [object] = await showChannels(tx, deps, workspace, [channel]);
        return { object: { ...object }, etag: etagOf(channel) };
      }),
  };
}

/** A new MonitorJob with the spec of another, paused. */
export const copyOf = (spec: Record<string, unknown>, name: string): Document => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'MonitorJob',
  metadata: { name },
  spec: { ...spec, suspend: true },
});

async function shown(
  tx: Tx,
  deps: WriterDeps,
  workspace: string,
  monitor: Monitor,
): Promise<Shown> {
  const [object] = await showMonitors(tx, deps, workspace, [monitor]);
  return { object: { ...object }, etag: etagOf(monitor) };
}

async function refuseTaken({ pool }: WriterDeps, workspace: string, name: string): Promise<void> {
  const taken = await withWorkspace(pool, workspace, (tx) => findMonitor(tx, workspace, name));
  if (taken) throw new HttpError('conflict', `The monitor ${name} exists already`);
}

/** Applies one MonitorJob and answers with the object, or refuses with its problems. */
async function applyOne(
  deps: WriterDeps,
  principal: Principal,
  document: Document,
): Promise<Shown> {
  const { workspace } = principal;
  const request = { documents: [document], managedBy: null, dryRun: false };
  const [result] = await applyDocuments(deps, principal, request);
  checkApplied(result);
  const name = nameIn(document);
  const answer = await withWorkspace(deps.pool, workspace, async (tx) =>
    shown(tx, deps, workspace, await getMonitor(tx, workspace, name)),
  );
  await wake(deps, workspace, name);
  return answer;
}

async function setPaused(
  deps: WriterDeps,
  principal: Principal,
  name: string,
  suspend: boolean,
): Promise<Shown> {
  const { workspace } = principal;
  const answer = await withWorkspace(deps.pool, workspace, async (tx) => {
    const done = await setSuspended(tx, workspace, name, suspend, guard, applyDeps(deps));
    if (done.outcome !== 'unchanged')
      await audit(tx, deps, principal, suspend ? 'pause' : 'resume', 'MonitorJob', name);
    return shown(tx, deps, workspace, done.monitor);
  });
  await wake(deps, workspace, name);
  return answer;
}

const removeOne = (
  deps: WriterDeps,
  principal: Principal,
  kind: ManifestKind,
  name: string,
): Promise<void> =>
  withWorkspace(deps.pool, principal.workspace, async (tx) => {
    await removeObject(tx, deps, principal.workspace, kind, name, null);
    await audit(tx, deps, principal, 'delete', kind, name);
  });
