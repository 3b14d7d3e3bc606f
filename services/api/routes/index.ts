/** All routes of the api, and the document that describes them. */
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { openApiDocument } from '../openapi.ts';
import { defineRoute, type Route } from '../route.ts';
import { listManagers } from '../managed.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { accessTokenRoutes } from './accessTokens.ts';
import { accountRoutes } from './account.ts';
import { accountMailRoutes } from './accountMails.ts';
import { adminRoutes } from './admin.ts';
import { alertRoutes } from './alerts.ts';
import { backtestRoutes } from './backtest.ts';
import { byHandRoutes } from './byHand.ts';
import { dataRoutes } from './data.ts';
import { exchangeRoutes } from './exchange.ts';
import { feedbackRoutes } from './feedback.ts';
import { feedRoutes } from './feeds.ts';
import { findingRoutes } from './findings.ts';
import { invitationRoutes } from './invitations.ts';
import { runRoutes } from './runs.ts';
import { snapshotBoxes } from './boxes.ts';
import { historyRoutes } from './history.ts';
import { joiningRoutes } from './joining.ts';
import { lastChecks } from './lastChecks.ts';
import { memberRoutes } from './members.ts';
import { monitorRoutes } from './monitors.ts';
import { objectRoutes } from './objects.ts';
import { object } from './schemas.ts';
import { quotaRoutes } from './quotas.ts';
import { ownInvitationRoutes } from './ownInvitations.ts';
import { recipientRoutes } from './recipients.ts';
import { sessionRoutes } from './session.ts';
import { ownSessionRoutes } from './sessions.ts';
import { providerRoutes } from './signIn.ts';
import { stepUpRoutes } from './stepUp.ts';
import { tokenRoutes } from './tokens.ts';
import { valueRoutes } from './values.ts';
import { verdictRoutes } from './verdicts.ts';
import { webhookRoutes } from './webhooks.ts';
import { workspaceRoutes } from './workspaces.ts';

export const API_VERSION = '0.1.0';

/** Every route; a test asks each one with every kind of credential. */
export function allRoutes(deps: ApiDeps): readonly Route[] {
  const routes = [
    ...sessionRoutes(deps),
    ...providerRoutes(deps),
    ...ownSessionRoutes(deps),
    ...stepUpRoutes(deps),
    ...tokenRoutes(deps),
    ...accessTokenRoutes(deps),
    ...monitorRoutes(deps),
    ...objectRoutes(deps),
    ...exchangeRoutes(deps),
    ...recipientRoutes(deps),
    ...historyRoutes(deps),
    ...verdictRoutes(deps),
    snapshotBoxes(deps),
    lastChecks(deps),
    ...valueRoutes(deps),
    ...findingRoutes(deps),
    ...feedbackRoutes(deps),
    ...byHandRoutes(deps),
    ...feedRoutes(deps),
    ...alertRoutes(deps),
    ...runRoutes(deps),
    ...backtestRoutes(deps),
    ...webhookRoutes(deps),
    ...workspaceRoutes(deps),
    ...memberRoutes(deps),
    ...invitationRoutes(deps),
    ...joiningRoutes(deps),
    ...ownInvitationRoutes(deps),
    ...quotaRoutes(deps),
    ...accountRoutes(deps),
    ...accountMailRoutes(deps),
    ...dataRoutes(deps),
    ...adminRoutes(deps),
    managers(deps),
    events(deps),
  ];
  const all: readonly Route[] = [...routes, document(() => all)];
  return all;
}

const managers = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/managers',
    policy: 'read',
    tag: 'manifests',
    summary: 'The manifest files that manage objects of the workspace',
    answer: z.strictObject({ files: z.array(z.string()) }),
    handle: async ({ principal: { workspace } }) => ({
      body: {
        files: await withWorkspace(deps.pool, workspace, (tx) => listManagers(tx, workspace)),
      },
    }),
  });

const events = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/events',
    policy: 'read',
    tag: 'events',
    summary: 'A stream of what happens in the workspace (server-sent events)',
    handle: async ({ principal, request, response, stands }) => {
      const goesOn = request.get('last-event-id') !== undefined;
      deps.events.stream(principal.workspace, response, stands, goesOn);
      return undefined;
    },
  });

const document = (routes: () => readonly Route[]): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/openapi.json',
    policy: 'public',
    tag: 'meta',
    summary: 'This document',
    answer: object,
    handle: async () => ({ body: openApiDocument(routes(), API_VERSION) }),
  });
