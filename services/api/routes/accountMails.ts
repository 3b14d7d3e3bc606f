/** What the person who asks was told by mail about their own account, and what became of each mail. */
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import { listAccountMails } from '../../store/accountMails.ts';
import { withUser } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { present, time } from './schemas.ts';

/** What became of a mail of the installation itself. */
export const mailState = z.enum([
  'pending',
  'sending',
  'unknown',
  'joined',
  'sent',
  'dead',
  'notConfigured',
  'noAddress',
]);
const mail = z.strictObject({
  id: z.string(),
  at: time,
  kind: z.string(),
  state: mailState,
  lastError: z.string().nullable(),
});
const SHOWN = 50;

export const accountMailRoutes = (deps: ApiDeps): Route[] => [list(deps)];

const list = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/account/mails',
    policy: 'read',
    anywhere: true,
    tag: 'session',
    summary: 'The last mails about the own account, the newest first, and what became of each',
    answer: z.strictObject({ items: z.array(mail) }),
    handle: async ({ principal: { via, userId } }) => {
      if (via !== 'session')
        throw new HttpError('forbidden', 'These are seen in the dashboard, by no token');
      const mails = await withUser(deps.pool, userId, (tx) => listAccountMails(tx, userId, SHOWN));
      return { body: { items: mails.map((each) => present(mail, each)) } };
    },
  });
