/** Whether a person may do something in the cluster; asked before everything that is written there. */
import { HttpError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Principal } from '../principal.ts';
import type { MayPerson } from './accessReviews.ts';
import { secretPrefixes, type Home, type Homes } from './homes.ts';
import type { People } from './people.ts';
import { foreignIn, neededFor, type Needed, type Wish } from './questions.ts';

/** @throws HttpError `forbidden`, or `unavailable` when the cluster does not say. */
export type MayWrite = (principal: Principal, wish: Wish) => Promise<void>;

/**
 * With a kubeconfig the one local person may do what the kubeconfig may: the API server decides about
 * its account itself.
 */
export const mayWriteAsAccount: MayWrite = async () => {};

interface Deps {
  readonly people: People;
  readonly mayPerson: MayPerson;
  readonly homes: Homes;
  readonly log: Pick<Log, 'warn'>;
}

/**
 * In a pod everybody acts through the api's account, which may do more than each of them. In a
 * personal workspace no role of Kubernetes says anything: its members were looked up already.
 */
export const mayWriteByReview =
  ({ people, mayPerson, homes, log }: Deps): MayWrite =>
  async (principal, wish) => {
    const home = homes(principal.workspace);
    if (home.isPersonal) return checkOwn(home, wish);
    const person = await people(principal);
    if (!person) throw new HttpError('forbidden', 'The cluster does not know you');
    const answers = await Promise.all(
      neededFor(wish).map(async (needed) => ({
        needed,
        allowed: await mayPerson(person, needed.right),
      })),
    );
    const lacking = answers.filter(({ allowed }) => !allowed).map(({ needed }) => needed);
    const [first] = lacking;
    if (!first) return;
    log.warn(
      { event: 'rights.refused', person: person.user, rights: lacking.map(({ right }) => right) },
      'refused: the cluster does not give the person this right',
    );
    throw refusal(first, lacking);
  };

function checkOwn(home: Home, { kind, spec }: Wish): void {
  const fields = foreignIn(kind, spec, secretPrefixes(home));
  const [first] = fields;
  if (first) throw new HttpError('forbidden', `${first.path} ${first.message}`, { fields });
}

function refusal({ lack }: Needed, lacking: readonly Needed[]): HttpError {
  const fields = lacking.flatMap(({ field }) => field ?? []);
  return new HttpError('forbidden', lack, fields.length > 0 ? { fields } : {});
}
