/** Applies manifests to a cluster, each by itself. */
import { HttpError } from '../../core/errors.ts';
import { isRecord, validateManifest } from '../../core/manifest/index.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { reported, type Applied, type ApplyRequest, type ApplyResult } from '../apply.ts';
import { auditResults } from '../audit.ts';
import { inOrder, isSecret, kindIn, nameIn, type Document } from '../documents.ts';
import type { Principal } from '../principal.ts';
import type { ClusterDeps } from './deps.ts';
import { edit } from './edit.ts';
import { placeIn } from './homes.ts';
import { refuseLocal } from './look.ts';
import type { Kind } from './resources.ts';
import { createSecret } from './secrets.ts';

/**
 * What was written before the cluster stopped answering is in the audit log all the same.
 * @throws HttpError when it stops answering, or for a file that wants to manage its objects
 */
export async function applyAll(
  deps: ClusterDeps,
  principal: Principal,
  { documents, managedBy, dryRun }: ApplyRequest,
): Promise<ApplyResult[]> {
  if (managedBy !== null)
    throw new HttpError(
      'unprocessable',
      'manage: in a cluster files are managed by kubectl apply or GitOps; leave it out to apply them once',
    );
  const results: ApplyResult[] = [];
  try {
    for (const document of inOrder(documents))
      results.push(await reported(document, () => applyOne(deps, principal, document, dryRun)));
    return results;
  } finally {
    if (!dryRun) await noteResults(deps, principal, results);
  }
}

/** Adds to the audit log what was changed. */
export const noteResults = (
  deps: Pick<ClusterDeps, 'pool' | 'clock'>,
  principal: Principal,
  results: readonly ApplyResult[],
): Promise<void> =>
  withWorkspace(deps.pool, principal.workspace, (tx) => auditResults(tx, deps, principal, results));

async function applyOne(
  deps: ClusterDeps,
  principal: Principal,
  document: Document,
  dryRun: boolean,
): Promise<Applied> {
  const home = deps.homes(principal.workspace);
  const first = validateManifest(document);
  if (!first.ok) return { problems: first.problems };
  const problem = namespaceProblem(document, home.workspace);
  if (problem) return { problems: [problem] };
  const [kind, name] = [kindIn(document), nameIn(document)];
  if (isSecret(document)) {
    const wish = {
      verb: 'create',
      kind: first.object.kind,
      namespace: home.namespace,
      name,
    } as const;
    await deps.mayWrite(principal, wish);
    return createSecret(deps.kube, home, document, dryRun);
  }
  const place = placeIn(home, kind as Kind, name);
  await refuseLocal(deps, place);
  const { action } = await edit(deps.kube, place, () => document, {
    dryRun,
    allow: (verb, spec) => deps.mayWrite(principal, { verb, kind: place.kind, ...place.at, spec }),
  });
  return { action };
}

/** A manifest for another namespace is not for this workspace. */
export function namespaceProblem({ metadata }: Document, namespace: string) {
  const named = isRecord(metadata) ? metadata['namespace'] : undefined;
  return named === undefined || named === namespace
    ? undefined
    : {
        path: 'metadata.namespace',
        message: `must be ${namespace}, the namespace of this workspace, or be left out`,
      };
}
