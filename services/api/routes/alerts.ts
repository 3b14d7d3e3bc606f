/** Alerts, which are the inbox, and their deliveries. */
import { z } from 'zod';
import { listAlerts } from '../../store/alerts.ts';
import { listDeliveries, resendDelivery } from '../../store/deliveries.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { audit } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import {
  identified,
  maybeTime,
  object,
  objectName,
  pageOf,
  paging,
  present,
  presentPage,
  time,
} from './schemas.ts';

export const alertRoutes = (deps: ApiDeps): Route[] => [
  alerts(deps),
  deliveries(deps),
  resend(deps),
];

const alert = z.strictObject({
  id: z.string(),
  monitor: z.string(),
  findingId: z.string().nullable(),
  occurrence: z.number(),
  kind: z.string(),
  severity: z.string(),
  message: object,
  createdAt: time,
  heldUntil: maybeTime,
});

/** The acknowledge link lets its holder act: it belongs in the message, not in a list. */
const withoutLink = <T extends { readonly message: Readonly<Record<string, unknown>> }>(
  row: T,
): T => {
  const { acknowledgeLink: _secret, ...message } = row.message;
  return { ...row, message };
};

const alerts = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/alerts',
    policy: 'read',
    tag: 'alerts',
    summary: 'What was told, newest first: the inbox',
    query: z.strictObject({
      monitor: objectName.optional(),
      findingId: z.uuid().optional(),
      ...paging,
    }),
    answer: pageOf(alert),
    handle: async ({ principal: { workspace }, query }) => {
      const page = await withWorkspace(deps.pool, workspace, (tx) =>
        listAlerts(tx, workspace, query),
      );
      return { body: presentPage(alert, { ...page, items: page.items.map(withoutLink) }) };
    },
  });

const DELIVERY_STATES = [
  'pending',
  'sending',
  'accepted',
  'delivered',
  'bounced',
  'unknown',
  'dead',
] as const;

const delivery = z.strictObject({
  id: z.string(),
  /** Null for a mail that asks a recipient to confirm; it has no monitor either. */
  alertId: z.string().nullable(),
  monitor: z.string(),
  channel: z.string(),
  recipient: z.string().nullable(),
  state: z.enum(DELIVERY_STATES),
  attempts: z.number(),
  nextAttemptAt: maybeTime,
  lastError: z.string().nullable(),
  createdAt: time,
  updatedAt: time,
});

const deliveries = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/deliveries',
    policy: 'read',
    tag: 'alerts',
    summary: 'Alerts on their way to channels, and mails that ask to confirm, newest first',
    query: z.strictObject({
      monitor: objectName.optional(),
      alertId: z.uuid().optional(),
      checkId: z.uuid().optional(),
      channel: objectName.optional(),
      state: z.enum(DELIVERY_STATES).optional(),
      ...paging,
    }),
    answer: pageOf(delivery),
    handle: async ({ principal: { workspace }, query }) => {
      const page = await withWorkspace(deps.pool, workspace, (tx) =>
        listDeliveries(tx, workspace, query),
      );
      return { body: presentPage(delivery, page) };
    },
  });

const resend = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/deliveries/:id/resend',
    policy: 'write',
    tag: 'alerts',
    summary: 'Sends a delivery again that did not arrive',
    params: identified,
    body: z.strictObject({}).optional(),
    answer: delivery,
    handle: async ({ principal, params }) => {
      const { workspace } = principal;
      const row = await withWorkspace(deps.pool, workspace, async (tx) => {
        const done = await resendDelivery(tx, workspace, params.id, deps.clock.now());
        await audit(tx, deps, principal, 'resend', 'Delivery', params.id);
        return done;
      });
      return { body: present(delivery, row) };
    },
  });
