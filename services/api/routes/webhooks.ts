/** What other systems report to us. */
import type { RequestHandler } from 'express';
import express from 'express';
import { HttpError } from '../../core/errors.ts';
import { takeMailEvents } from '../../store/deliveriesEvents.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { refuse } from '../authenticate.ts';
import type { ApiDeps } from '../deps.ts';
import { isSignedBatch, readBatch } from '../mailEvents.ts';
import { defineRoute, type Route } from '../route.ts';

const SENDGRID_PATH = '/api/v1/webhooks/sendgrid';
/** SendGrid's batches have at most 1.5 MB. */
const BATCH_BYTES = 2 * 1024 * 1024;
/** Events of one transaction. */
const CHUNK = 200;

/** Keeps the bytes of a signed batch as they came; mount it before bodies are parsed. */
export function keepBatchBytes(): RequestHandler {
  const raw = express.raw({ type: () => true, limit: BATCH_BYTES });
  return (request, response, next) => {
    if (request.path === SENDGRID_PATH) raw(request, response, next);
    else next();
  };
}

export const webhookRoutes = (deps: ApiDeps): Route[] => [sendGridEvents(deps)];

const sendGridEvents = (deps: ApiDeps): Route => {
  const counted = deps.metrics.counter({
    name: 'mon_mail_events_total',
    help: 'Events of the mail provider that told something new about a delivery',
    labelNames: [],
  });
  return defineRoute({
    method: 'post',
    path: SENDGRID_PATH,
    policy: 'public',
    tag: 'webhooks',
    summary: "SendGrid's signed event webhook: what became of the mails",
    status: 204,
    handle: async ({ request }) => {
      const key = deps.config.SENDGRID_WEBHOOK_PUBLIC_KEY;
      if (key === undefined) throw new HttpError('not_found', 'There is nothing at this path');
      const body: unknown = request.body;
      const now = deps.clock.now();
      const signed =
        Buffer.isBuffer(body) && isSignedBatch(key, (name) => request.get(name), body, now);
      if (!signed) throw refuse(deps, request, 'mail_event_signature');
      for (const [workspace, events] of readBatch(body))
        for (let at = 0; at < events.length; at += CHUNK)
          counted.inc(
            await withWorkspace(deps.pool, workspace, (tx) =>
              takeMailEvents(tx, workspace, events.slice(at, at + CHUNK), now),
            ),
          );
      return { body: undefined };
    },
  });
};
