/** Objects in a cluster: written there under the dashboard's field manager, answered by its word. */
import { HttpError } from '../../core/errors.ts';
import { validateManifest, type ManifestKind } from '../../core/manifest/index.ts';
import { audit } from '../audit.ts';
import { nameIn, type Document } from '../documents.ts';
import type { Principal } from '../principal.ts';
import { checkApplied } from '../refusal.ts';
import { copyOf } from '../storeWriter.ts';
import type { ObjectWriter, Shown } from '../writer.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { applyAll, namespaceProblem } from './applyAll.ts';
import { clearPersonal } from './clear.ts';
import type { ClusterDeps } from './deps.ts';
import { checkEditable, edit, findLive, getLive, type EditOptions } from './edit.ts';
import { placeIn, type Place } from './homes.ts';
import { answerOf, isLocal, look, refuseLocal } from './look.ts';
import { below, managersOf } from './managers.ts';
import { explained } from './problems.ts';
import { RESOURCES, specSchemaOf, type LiveObject } from './resources.ts';
import { requestRun } from './run.ts';
import { checkSecretName, deleteSecret } from './secrets.ts';
import { isMatch } from './shown.ts';
import { writtenPart } from './wish.ts';

export const createClusterWriter = (deps: ClusterDeps): ObjectWriter => ({
  apply: (principal, request) => applyAll(deps, principal, request),
  create: (principal, document) => createOne(deps, principal, document),
  replace: async (principal, name, document, ifMatch) => {
    const check = (live: LiveObject): void => {
      if (!isMatch(ifMatch, live))
        throw new HttpError(
          'precondition_failed',
          'The monitor was changed meanwhile; read it again',
        );
    };
    checkNamespace(document, principal.workspace);
    return write(deps, principal, jobAt(deps, principal, name), () => document, {
      must: 'exist',
      replaces: true,
      check,
    });
  },
  duplicate: async (principal, name, copy) => {
    const source = await getLive(deps.kube, jobAt(deps, principal, name));
    return createOne(deps, principal, copyOf(writtenSpec(source), copy));
  },
  suspend: (principal, name, suspend) =>
    write(
      deps,
      principal,
      jobAt(deps, principal, name),
      (live) => ({ spec: { ...live?.spec, suspend } }),
      { must: 'exist', asIs: true, action: suspend ? 'pause' : 'resume' },
    ),
  requestRun: (principal, name) => requestRun(deps, principal, jobAt(deps, principal, name)),
  remove: (principal, kind, name) => remove(deps, principal, kind, name),
  clear: (workspace) => clearPersonal(deps, workspace),
  readMonitor: (workspace, name) => look(deps, placeIn(deps.homes(workspace), 'MonitorJob', name)),
  readChannel: (workspace, name) =>
    look(deps, placeIn(deps.homes(workspace), 'NotificationChannel', name)),
});

const jobAt = ({ homes }: ClusterDeps, { workspace }: Principal, name: string): Place =>
  placeIn(homes(workspace), 'MonitorJob', name);

function checkNamespace(document: Document, namespace: string): void {
  const problem = namespaceProblem(document, namespace);
  if (!problem) return;
  checkApplied({ kind: 'MonitorJob', name: '', action: 'refused', problems: [problem] });
}

/** What people wrote into the spec of another, without the defaults. */
function writtenSpec({ metadata, spec }: LiveObject): Record<string, unknown> {
  const trees = managersOf(metadata).flatMap(({ fields }) => below(fields, 'spec') ?? []);
  const written = writtenPart(specSchemaOf('MonitorJob'), spec, trees);
  return { ...(written ?? spec) };
}

interface WriteOptions extends EditOptions {
  /** For the audit log; what became of the object when absent. */
  readonly action?: string;
}

async function createOne(
  deps: ClusterDeps,
  principal: Principal,
  document: Document,
): Promise<Shown> {
  const validated = validateManifest(document);
  const problems = validated.ok ? [] : validated.problems;
  if (problems.length > 0)
    checkApplied({ kind: 'MonitorJob', name: '', action: 'refused', problems });
  checkNamespace(document, principal.workspace);
  const place = jobAt(deps, principal, nameIn(document));
  return write(deps, principal, place, () => document, { must: 'beNew' });
}

async function write(
  deps: ClusterDeps,
  principal: Principal,
  place: Place,
  make: (live: LiveObject | undefined) => Document,
  { action, ...options }: WriteOptions,
): Promise<Shown> {
  await refuseLocal(deps, place);
  const written = await edit(deps.kube, place, make, {
    ...options,
    allow: (verb, spec) => deps.mayWrite(principal, { verb, kind: place.kind, ...place.at, spec }),
  });
  if (written.action !== 'unchanged')
    await note(deps, principal, place, action ?? `apply ${written.action}`);
  return answerOf(deps, place, written.object);
}

const note = (
  deps: ClusterDeps,
  principal: Principal,
  { kind, name }: Pick<Place, 'name'> & { readonly kind: ManifestKind },
  action: string,
): Promise<void> =>
  withWorkspace(deps.pool, principal.workspace, (tx) =>
    audit(tx, deps, principal, action, kind, name),
  );

async function remove(
  deps: ClusterDeps,
  principal: Principal,
  kind: ManifestKind,
  name: string,
): Promise<void> {
  const home = deps.homes(principal.workspace);
  if (kind === 'MonitorJob' || kind === 'NotificationChannel')
    return removeObject(deps, principal, placeIn(home, kind, name));
  const { namespace } = home;
  await deps.mayWrite(principal, { verb: 'delete', kind, namespace, name });
  checkSecretName(home, kind, name);
  await deleteSecret(deps.kube, home, name);
  await note(deps, principal, { kind, name }, 'delete');
}

async function removeObject(deps: ClusterDeps, principal: Principal, place: Place): Promise<void> {
  const { kind, name, at } = place;
  await deps.mayWrite(principal, { verb: 'delete', kind, ...at });
  const live = await findLive(deps.kube, place);
  if (!live && (await isLocal(deps, place))) return deps.store.remove(principal, kind, name);
  if (!live) throw new HttpError('not_found', `There is no ${kind} named ${name}.`);
  checkEditable(place, live);
  const { uid } = live.metadata;
  await explained(place, () => deps.kube.delete(RESOURCES[kind], at, { uid }));
  await note(deps, principal, place, 'delete');
}
