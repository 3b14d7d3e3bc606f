/** Asks the API server what people may do, and remembers its answers for a moment. */
import type { Clock } from '../../core/clock.ts';
import { HttpError } from '../../core/errors.ts';
import { SUBJECT_ACCESS_REVIEWS, type ResourceAttributes } from '../../core/kube/access.ts';
import { isForbidden } from '../../core/kube/errors.ts';
import type { Transport } from '../../core/kube/transport.ts';
import type { Log } from '../../core/log.ts';
import type { KubernetesUser } from './person.ts';

/** @throws HttpError `unavailable` when the API server does not say. */
export type MayPerson = (person: KubernetesUser, what: ResourceAttributes) => Promise<boolean>;

/** A right that is taken away works so long at most. */
const ALLOWED_MS = 5_000;
/** A right that is given is noticed sooner: somebody waits for it. */
const DENIED_MS = 2_000;
/** Well within the time that authentication has. */
const TIMEOUT_MS = 3_000;
const RETRY_SECONDS = 5;
/** Past so many answers the oldest go. */
const MOST = 10_000;

interface Remembered {
  readonly answer: Promise<boolean>;
  /** By the monotonic clock; the time of the question counts, not that of the answer. */
  until: number;
}

export interface ReviewDeps {
  readonly kube: Pick<Transport, 'create'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Pick<Log, 'error' | 'warn'>;
}

/** The same question at the same time is asked once; what was not answered is asked again. */
export function createAccessReviews(deps: ReviewDeps): MayPerson {
  const known = new Map<string, Remembered>();
  return (person, what) => {
    const key = keyOf(person, what);
    const before = known.get(key);
    const now = deps.clock.monotonic();
    if (before && before.until > now) return before.answer;
    const asked: Remembered = { answer: review(deps, person, what), until: now + ALLOWED_MS };
    known.delete(key);
    known.set(key, asked);
    const [oldest] = known.size > MOST ? known.keys() : [];
    if (oldest !== undefined) known.delete(oldest);
    const settle = async (): Promise<void> => {
      try {
        if (!(await asked.answer)) asked.until = now + DENIED_MS;
      } catch {
        if (known.get(key) === asked) known.delete(key);
      }
    };
    void settle();
    return asked.answer;
  };
}

const keyOf = (
  { user, groups }: KubernetesUser,
  { verb, group, resource, namespace, name }: ResourceAttributes,
): string => JSON.stringify([user, groups, verb, group, resource, namespace, name]);

async function review(
  { kube, log }: ReviewDeps,
  { user, groups }: KubernetesUser,
  resourceAttributes: ResourceAttributes,
): Promise<boolean> {
  try {
    const { status } = await kube.create(
      SUBJECT_ACCESS_REVIEWS,
      { metadata: {}, spec: { user, groups, resourceAttributes } },
      { timeoutMs: TIMEOUT_MS },
    );
    return status?.allowed === true;
  } catch (error) {
    log.error(
      { err: error },
      isForbidden(error)
        ? 'the api may not ask what people may do: its account needs to create subjectaccessreviews'
        : 'the cluster does not say what people may do',
    );
    throw new HttpError(
      'unavailable',
      'The Kubernetes API does not say what you may do; try again in a moment',
      { retryAfterSeconds: RETRY_SECONDS, cause: error },
    );
  }
}
