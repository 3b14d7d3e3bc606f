/** The routes by which the scheduler sends mails about accounts. */
import type { Express } from 'express';
import {
  ACCOUNT_MAIL_PATH,
  ACCOUNT_MAIL_RECONCILE_PATH,
  accountMailReconcileRequest,
  accountMailRequest,
} from '../../core/contracts/accountMail.ts';
import type { Log } from '../../core/log.ts';
import type { Metrics } from '../../core/metrics.ts';
import type { DeliverDeps } from '../deliver.ts';
import { reconcileAccountMail, sendAccountMail } from './send.ts';

type Deps = DeliverDeps & { readonly log: Log };

/** Adds them to an app that admits services only. */
export function accountMailRoutes(app: Express, deps: Deps, metrics: Metrics): void {
  const attempts = metrics.counter({
    name: 'mon_account_mail_attempts_total',
    help: 'Attempts to send a mail about an account, by outcome',
    labelNames: ['outcome'],
  });
  app.post(ACCOUNT_MAIL_PATH, async (request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const mail = accountMailRequest.parse(request.body);
    const result = await sendAccountMail(mail, deps, gone.signal);
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
  app.post(ACCOUNT_MAIL_RECONCILE_PATH, async (request, response) => {
    const asked = accountMailReconcileRequest.parse(request.body);
    response.json(await reconcileAccountMail(asked, deps));
  });
}
