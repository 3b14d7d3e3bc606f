/** The own account: a copy of all that is kept of the person, its end, and what others did with it. */
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import { listAccountEvents } from '../../store/accountEvents.ts';
import { appendAudit } from '../../store/audit.ts';
import { StoreError } from '../../store/errors.ts';
import { findUser, type User } from '../../store/identity.ts';
import { withFactors } from '../../store/secondFactors.ts';
import { PLATFORM_WORKSPACE, withTransaction, withWorkspace } from '../../store/workspace.ts';
import { sessionCookie } from '../cookie.ts';
import type { ApiDeps } from '../deps.ts';
import { eraseAccount, planAccount } from '../ownData/erase.ts';
import { sendExport } from '../ownData/send.ts';
import { defineRoute, type Route } from '../route.ts';
import { requireFresh } from '../stepUp/fresh.ts';
import { sessionHashOf } from '../stepUp/require.ts';
import { own, tried } from './factorShapes.ts';
import { pageOf, paging, presentPage, time } from './schemas.ts';

const base = '/api/v1/account';
const RIGHTS = { lastAdministratorMayGo: false };

export const accountRoutes = (deps: ApiDeps): Route[] => [
  look(deps),
  copy(deps),
  erase(deps),
  events(deps),
];

/** What a person types to say that it is meant: the address, or the name where there is none. */
const wordOf = ({ email, displayName }: User): string => email ?? displayName;

/** @throws HttpError when it is gone by now */
async function findOwn({ pool }: ApiDeps, userId: string): Promise<User> {
  const user = await withTransaction(pool, (tx) => findUser(tx, userId));
  if (!user) throw new HttpError('unauthorized', 'Sign in again');
  return user;
}

const look = (deps: ApiDeps): Route =>
  defineRoute({
    ...own,
    method: 'get',
    path: base,
    summary: 'The own account, and what would go with it',
    answer: z.strictObject({
      displayName: z.string(),
      email: z.string().nullable(),
      createdAt: time,
      end: z.strictObject({
        /** What is typed to delete it. */
        confirm: z.string(),
        /** Workspaces that go as well. */
        workspaces: z.array(z.string()),
        /** Why it cannot be deleted as things stand. */
        whyNot: z.string().nullable(),
      }),
    }),
    handle: async (asker) => {
      // Tokens learn nothing of their person.
      sessionHashOf(deps, asker);
      const { userId } = asker.principal;
      const user = await findOwn(deps, userId);
      const end = { confirm: wordOf(user), ...(await plan(deps, userId)) };
      const { displayName, email, createdAt } = user;
      return { body: { displayName, email, createdAt: createdAt.toISOString(), end } };
    },
  });

interface Plan {
  readonly workspaces: string[];
  readonly whyNot: string | null;
}

async function plan(deps: ApiDeps, userId: string): Promise<Plan> {
  try {
    return { workspaces: await planAccount(deps, userId, RIGHTS), whyNot: null };
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'invalid') throw error;
    return { workspaces: [], whyNot: error.message };
  }
}

const copy = (deps: ApiDeps): Route =>
  defineRoute({
    ...tried,
    method: 'get',
    path: `${base}/export`,
    summary:
      'All that is kept of the own account, as lines of JSON; the last one says that it is whole',
    handle: async (asker) => {
      await requireFresh(deps, asker);
      const { userId, actor } = asker.principal;
      await withWorkspace(deps.pool, PLATFORM_WORKSPACE, (tx) => {
        const act = { action: 'account.export', subject: `user/${userId}` };
        return appendAudit(tx, PLATFORM_WORKSPACE, { at: deps.clock.now(), actor, ...act });
      });
      return sendExport(deps, { kind: 'account', id: userId }, asker.response);
    },
  });

const erase = (deps: ApiDeps): Route =>
  defineRoute({
    ...tried,
    method: 'delete',
    path: base,
    summary: 'Deletes the own account with the personal workspace, for good and at once',
    status: 204,
    body: z.strictObject({
      /** The own address, or name where there is none, letter by letter. */
      confirm: z.string().max(500),
    }),
    handle: async (asker) => {
      await requireFresh(deps, asker);
      const { userId, actor } = asker.principal;
      const user = await findOwn(deps, userId);
      if (asker.body.confirm.trim() !== wordOf(user).trim())
        throw new HttpError(
          'unprocessable',
          `confirm: type ${wordOf(user)} to delete the account`,
          {
            fields: [{ path: 'confirm', message: `must be ${wordOf(user)}` }],
          },
        );
      await eraseAccount(deps, userId, { actor }, RIGHTS);
      return {
        body: undefined,
        headers: { 'set-cookie': sessionCookie(deps.config.PUBLIC_URL, '', 0) },
      };
    },
  });

const event = z.strictObject({
  at: time,
  /** As in the audit, such as `user.disable`. */
  action: z.string(),
  /** `user:ID` of an administrator, `kubectl` or `duckmon` for a program on the machine or in a pod. */
  actor: z.string(),
  /** What the administrator is called. */
  byName: z.string().nullable(),
  /** Who the caller of the program said to be. */
  askedBy: z.string().nullable(),
  reason: z.string().nullable(),
});

const events = (deps: ApiDeps): Route =>
  defineRoute({
    ...own,
    method: 'get',
    path: `${base}/events`,
    summary: 'What administrators did with the own account, the newest first',
    query: z.strictObject(paging),
    answer: pageOf(event),
    handle: async (asker) => {
      // Tokens learn nothing of their person.
      sessionHashOf(deps, asker);
      const { userId } = asker.principal;
      const page = await withFactors(deps.pool, userId, (tx) =>
        listAccountEvents(tx, userId, asker.query),
      );
      return { body: presentPage(event, page) };
    },
  });
