/** Carries the plan of one namespace out: each pool for itself, so that one that fails holds up no other. */
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import { ApiError, isConflict, isNotFound } from '../../../../services/core/kube/errors.ts';
import type { Transport } from '../../../../services/core/kube/transport.ts';
import type { Applier } from '../../kube/apply.ts';
import { WORKER_POOLS } from '../../resources.ts';
import { collect } from '../monitorplatform/steps.ts';
import type { Step } from './plan.ts';

export interface Acting {
  readonly applier: Applier;
  readonly transport: Pick<Transport, 'delete'>;
}

/** What would be done, and with which pool; undefined where there is none yet. */
export interface Deed {
  readonly pool: WorkerPool | undefined;
  readonly text: string;
}

/** A namespace that is gone or going needs no pool any more. */
const isOfDeadNamespace = (error: unknown): boolean =>
  isNotFound(error) ||
  (error instanceof ApiError &&
    error.details.causes.some(({ reason }) => reason === 'NamespaceTerminating'));

async function remove(
  { metadata: { namespace, name, uid } }: WorkerPool,
  dryRun: boolean,
  { transport }: Acting,
  signal: AbortSignal,
): Promise<void> {
  try {
    await transport.delete(WORKER_POOLS, { namespace, name }, { uid, signal, dryRun });
  } catch (error) {
    // Gone already, or another has its name now: both are what was wanted.
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

/** @returns what was wished only to be shown. */
async function take(step: Step, acting: Acting, signal: AbortSignal): Promise<readonly Deed[]> {
  const { dryRun } = step;
  switch (step.kind) {
    case 'apply': {
      const { wish, cached } = step;
      try {
        const done = await acting.applier.apply(WORKER_POOLS, wish, cached, { signal, dryRun });
        const text = `apply WorkerPool ${wish.metadata.name}`;
        return done.kind === 'planned' ? [{ pool: cached, text }] : [];
      } catch (error) {
        if (isOfDeadNamespace(error)) return [];
        throw error;
      }
    }
    case 'delete':
      await remove(step.pool, dryRun, acting, signal);
      return dryRun
        ? [{ pool: step.pool, text: `delete WorkerPool ${step.pool.metadata.name}` }]
        : [];
    default:
      return step satisfies never;
  }
}

/**
 * Pools that are as wanted cost no request.
 * @throws what the first step threw, when all have been tried
 */
export async function act(
  steps: readonly Step[],
  acting: Acting,
  signal: AbortSignal,
): Promise<readonly Deed[]> {
  const work = collect(signal);
  const deeds: Deed[] = [];
  for (const step of steps) {
    const name = step.kind === 'apply' ? step.wish.metadata.name : step.pool.metadata.name;
    const what = `${step.kind} WorkerPool ${name}`;
    deeds.push(...((await work.attempt(what, () => take(step, acting, signal))) ?? []));
  }
  work.finish();
  return deeds;
}
