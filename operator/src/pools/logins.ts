/** Which login Secrets the pods of a WorkerPool have mounted. Pure. */
import type { MonitorJob } from '../../../crds/types/monitorjob.ts';
import type { WorkerPool } from '../../../crds/types/workerpool.ts';
import { isGoing } from '../marks.ts';
import { SECRETS } from '../names.ts';
import type { Workspaces } from '../workspaces.ts';
import { isShared, levelOf, ownPoolName } from './binding.ts';

export interface LoginsFrom {
  readonly platformNamespace: string;
  readonly usersNamespace: string | undefined;
  readonly workspaces: Workspaces;
}

/** The login Secret that a step of the job types from; undefined when none does. */
export function loginOf({ spec }: MonitorJob): string | undefined {
  const name = spec.session?.credentialsSecretRef?.name;
  const types = spec.sources.some(({ steps = [] }) =>
    steps.some(({ type }) => type?.fromSecretKey ?? type?.totpFromSecretKey),
  );
  return types ? name : undefined;
}

/** What the name of a job's login Secret begins with: that of a person also with their workspace. */
export const loginPrefixOf = (workspace: string, isPersonal: boolean): string =>
  SECRETS.loginPrefix + (isPersonal ? `${workspace}-` : '');

function isNamedAsItsOwn(login: string, job: MonitorJob, { workspaces }: LoginsFrom): boolean {
  const { workspace } = workspaces(job);
  return login.startsWith(loginPrefixOf(workspace, workspace !== job.metadata.namespace));
}

/**
 * Whether the pods open the pages of nobody else. Among persons a pod of the level Ephemeral takes the check
 * of whichever of them waits, and a job may name the pool of another's, which does not let it in.
 */
function isItsOwn(
  job: MonitorJob,
  pool: WorkerPool,
  bound: readonly MonitorJob[],
  { usersNamespace, workspaces }: LoginsFrom,
): boolean {
  if (job.metadata.namespace !== usersNamespace) return true;
  if (levelOf(job) !== 'Dedicated') return false;
  const { workspace } = workspaces(job);
  return (
    pool.metadata.name === ownPoolName(job) ||
    bound.every((other) => workspaces(other).workspace === workspace)
  );
}

/**
 * Names of the login Secrets that the pool's pods may read, each once, sorted: the same jobs in another order
 * give the same pods. Never one for the browsers that all namespaces share.
 * @param bound the jobs that the pool works for
 */
export function loginsOf(
  pool: WorkerPool,
  bound: readonly MonitorJob[],
  from: LoginsFrom,
): readonly string[] {
  const { role } = pool.spec;
  if (role !== 'Browser' || isShared(pool, from.platformNamespace)) return [];
  const logins = bound
    .filter((job) => job.metadata.namespace === pool.metadata.namespace && !isGoing(job))
    .filter((job) => levelOf(job) !== 'Shared' && isItsOwn(job, pool, bound, from))
    .flatMap((job) => {
      const login = loginOf(job);
      return login !== undefined && isNamedAsItsOwn(login, job, from) ? [login] : [];
    });
  return [...new Set(logins)].toSorted();
}
