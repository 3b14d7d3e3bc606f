/** The routes by which the scheduler sends mails about accounts, and those that invite. */
import type { Express } from 'express';
import type { z } from 'zod';
import {
  ACCOUNT_MAIL_PATH,
  ACCOUNT_MAIL_RECONCILE_PATH,
  INVITATION_MAIL_PATH,
  accountMailReconcileRequest,
  accountMailRequest,
  invitationMailRequest,
  type AccountMailResult,
} from '../../core/contracts/accountMail.ts';
import type { Log } from '../../core/log.ts';
import type { Metrics } from '../../core/metrics.ts';
import type { DeliverDeps } from '../deliver.ts';
import { reconcileAccountMail, sendAccountMail, sendInvitationMail } from './send.ts';

type Deps = DeliverDeps & { readonly log: Log };

/** Adds them to an app that admits services only. */
export function accountMailRoutes(app: Express, deps: Deps, metrics: Metrics): void {
  const attempts = metrics.counter({
    name: 'mon_account_mail_attempts_total',
    help: 'Attempts to send a mail about an account, by outcome',
    labelNames: ['outcome'],
  });
  const sends = <T extends { readonly deliveryId: string }>(
    path: string,
    form: z.ZodType<T>,
    send: (mail: T, deps: Deps, gone: AbortSignal) => Promise<AccountMailResult>,
  ): void => {
    app.post(path, async (request, response) => {
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const mail = form.parse(request.body);
      const result = await send(mail, deps, gone.signal);
      attempts.inc({ outcome: result.kind });
      deps.log.info(
        {
          event: 'account-mail.attempt',
          deliveryId: mail.deliveryId,
          outcome: result.kind,
          reason: 'reason' in result ? result.reason : undefined,
        },
        'mail about an account attempted',
      );
      response.json(result);
    });
  };
  sends(ACCOUNT_MAIL_PATH, accountMailRequest, sendAccountMail);
  sends(INVITATION_MAIL_PATH, invitationMailRequest, sendInvitationMail);
  app.post(ACCOUNT_MAIL_RECONCILE_PATH, async (request, response) => {
    const asked = accountMailReconcileRequest.parse(request.body);
    response.json(await reconcileAccountMail(asked, deps));
  });
}
