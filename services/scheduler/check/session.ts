/** Gives a fetch the login of its job and the session that was kept, and keeps the next one, sealed. */
import type { Source } from '../../../crds/types/monitorjob.ts';
import type { FetchResult, FetchSession } from '../../core/contracts/browser.ts';
import type { Claim } from '../../store/claim.ts';
import { keptSessionName, lockWish } from '../../store/keptSessions.ts';
import type { SchedulerDeps } from '../deps.ts';
import { hasSteps } from './steps.ts';

type Job = Pick<Claim, 'workspace' | 'monitor' | 'spec' | 'workers'>;
type Deps = Pick<SchedulerDeps, 'log' | 'secrets'>;

const KEY = 'state';

/** What a fetch signs in by, and which login that was. */
export interface Signing {
  readonly session: FetchSession;
  readonly login: string | undefined;
}

/**
 * What signs in; undefined for a source without steps. A preview is given no session that was kept: it shows
 * whether the steps sign in, and a draft may sign in as somebody else.
 * @throws StoreError
 */
export async function signingFor(
  job: Job,
  source: Source,
  isPreview: boolean,
  deps: Deps,
): Promise<Signing | undefined> {
  const { session } = job.spec;
  if (!session || !hasSteps(source)) return undefined;
  const name = session.credentialsSecretRef?.name;
  // before the values: with newer ones than it says, the session is not kept
  const login =
    name === undefined ? undefined : await deps.secrets.loginVersion(job.workspace, name);
  const state = session.persist && !isPreview ? await keptState(job, source, deps) : undefined;
  // the pods of a pool have the Secret mounted: its values never come here
  const values =
    name === undefined || job.workers?.browser
      ? undefined
      : await valuesOf(job, name, source, deps);
  return {
    login,
    session: {
      persist: session.persist,
      ...(name === undefined ? {} : { login: { name, ...(values ? { values } : {}) } }),
      ...(state === undefined ? {} : { state }),
    },
  };
}

/** A session that does not open is none: the steps sign in again. */
async function keptState(
  { workspace, monitor }: Job,
  source: Source,
  { log, secrets }: Deps,
): Promise<string | undefined> {
  try {
    return await secrets.secret(workspace, keptSessionName(monitor, source.name), KEY);
  } catch (err) {
    log.warn({ err, workspace, monitor }, 'a kept session cannot be read');
    return undefined;
  }
}

async function valuesOf(
  { workspace }: Job,
  name: string,
  { steps = [] }: Source,
  { secrets }: Deps,
): Promise<Record<string, string>> {
  const keys = steps.flatMap(({ type }) => type?.fromSecretKey ?? type?.totpFromSecretKey ?? []);
  const values: Record<string, string> = {};
  for (const key of new Set(keys)) {
    const value = await secrets.secret(workspace, name, key);
    // what is missing is told by the step that needs it
    if (value !== undefined) values[key] = value;
  }
  return values;
}

/**
 * Keeps what the fetch brought back, unless its monitor was deleted or signs in otherwise by now; a page is not
 * lost because its session is.
 */
export async function keepSession(
  { workspace, monitor, spec }: Job,
  source: Source,
  signing: Signing | undefined,
  result: FetchResult,
  { log, secrets }: Deps,
): Promise<void> {
  if (!signing || result.kind !== 'page' || result.session === undefined) return;
  const name = keptSessionName(monitor, source.name);
  const data = { [KEY]: result.session };
  try {
    await secrets.put({ workspace, kind: 'Secret', name, data, managedBy: null }, (tx) =>
      lockWish(tx, workspace, { monitor, source: source.name, spec, login: signing.login }),
    );
  } catch (err) {
    log.warn({ err, workspace, monitor }, 'a session cannot be kept');
  }
}
