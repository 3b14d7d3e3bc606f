/** Every route: what it asks of its caller, what its path names, and a body that it takes. */
import { job, secret } from '../../testing/api.ts';

/**
 * `own` is for persons alone: what a token may not do for its owner; `factor` for those of them who
 * have just shown a second factor, `ownerFactor` for owners who have; `token` for API tokens alone.
 */
export type Needs =
  | 'nothing'
  | 'own'
  | 'factor'
  | 'ownerFactor'
  | 'token'
  | 'read'
  | 'write'
  | 'admin'
  | 'platform';

/** What a name or an id in a path is one of. */
export type Thing =
  | 'monitor'
  | 'channel'
  | 'mailChannel'
  | 'secret'
  | 'configMap'
  | 'finding'
  | 'check'
  | 'snapshot'
  | 'verdict'
  | 'delivery'
  | 'session'
  | 'token'
  | 'feed'
  | 'passkey'
  | 'member'
  | 'invitation'
  | 'user';

export interface Row {
  readonly needs: Needs;
  readonly thing?: Thing;
  /** What the query must have. */
  readonly query?: string;
  /** Absent where none is read. */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** What a browser may send of a passkey, and no authenticator has made. */
const credential = {
  id: 'x',
  rawId: 'x',
  type: 'public-key',
  response: {},
  clientExtensionResults: {},
};
const code = '123456';
const link = { token: 'x'.repeat(43) };
const ofMonitor = 'monitor=target';

/** A route that is not here fails the test: say who may call it. */
export const ROUTES: Readonly<Record<string, Row>> = {
  'GET /auth/callback': { needs: 'nothing' },
  'GET /auth/start': { needs: 'nothing' },
  'GET /feed.json': { needs: 'nothing', query: `token=${'x'.repeat(43)}` },
  'GET /feed.xml': { needs: 'nothing', query: `token=${'x'.repeat(43)}` },
  'GET /jwks.json': { needs: 'nothing' },
  'GET /openapi.json': { needs: 'nothing' },
  'GET /sign-in': { needs: 'nothing' },
  'POST /acknowledge': { needs: 'nothing', body: link },
  'POST /confirm-recipient': { needs: 'nothing', body: link },
  'POST /sign-in': { needs: 'nothing', body: link },
  'POST /token': {
    needs: 'nothing',
    body: { grantType: 'refresh_token', refreshToken: 'x'.repeat(43) },
  },
  'POST /unsubscribe': { needs: 'nothing', query: 'token=x' },
  'POST /webhooks/sendgrid': { needs: 'nothing' },

  'GET /account': { needs: 'own' },
  'GET /account/events': { needs: 'own' },
  'GET /account/export': { needs: 'factor' },
  'GET /account/mails': { needs: 'own' },
  'GET /feeds': { needs: 'own' },
  'GET /second-factors': { needs: 'own' },
  'GET /sessions': { needs: 'own' },
  'GET /tokens': { needs: 'own' },
  'POST /feeds': { needs: 'own', body: { monitor: 'target' } },
  'POST /second-factors/passkeys': { needs: 'own', body: { name: 'new', response: credential } },
  'POST /second-factors/passkeys/options': { needs: 'factor', body: {} },
  'POST /second-factors/recovery-codes': { needs: 'factor', body: {} },
  'POST /second-factors/totp': { needs: 'factor', body: {} },
  'POST /second-factors/totp/confirm': { needs: 'factor', body: { code } },
  'POST /step-up/passkey': { needs: 'own', body: { response: credential } },
  'POST /step-up/passkey/options': { needs: 'own', body: {} },
  'POST /step-up/recovery': { needs: 'own', body: { code: 'none' } },
  'POST /step-up/totp': { needs: 'own', body: { code } },
  'POST /tokens': { needs: 'own', body: { name: 'made', scope: 'read' } },
  'DELETE /account': { needs: 'factor', body: { confirm: 'somebody else' } },
  'DELETE /feeds/{id}': { needs: 'own', thing: 'feed' },
  'DELETE /second-factors/passkeys/{id}': { needs: 'factor', thing: 'passkey' },
  'DELETE /second-factors/totp': { needs: 'factor' },
  'DELETE /sessions/{id}': { needs: 'own', thing: 'session' },
  'DELETE /tokens/{id}': { needs: 'own', thing: 'token' },

  'GET /workspaces/current/export': { needs: 'ownerFactor' },
  'POST /workspaces': { needs: 'own', body: { displayName: 'New' } },
  'POST /workspaces/current/leave': { needs: 'own', body: { workspace: 'another' } },
  'POST /invitations/look': { needs: 'own', body: link },
  'POST /invitations/accept': { needs: 'own', body: link },
  'GET /invitations/mine': { needs: 'own' },
  'POST /invitations/mine/{id}/accept': { needs: 'own', body: {} },
  'POST /invitations/mine/{id}/decline': { needs: 'own', body: {} },
  'POST /invitations': {
    needs: 'ownerFactor',
    body: { address: 'eve@example.org', role: 'viewer' },
  },
  'POST /invitations/{id}/resend': { needs: 'ownerFactor', thing: 'invitation', body: {} },
  'PUT /members/{id}': { needs: 'ownerFactor', thing: 'member', body: { role: 'editor' } },
  'DELETE /members/{id}': { needs: 'ownerFactor', thing: 'member' },
  'DELETE /workspaces/current': { needs: 'ownerFactor', body: { confirm: 'another' } },

  'POST /access-tokens': { needs: 'token', body: {} },

  'GET /alerts': { needs: 'read' },
  'GET /cases': { needs: 'read' },
  'GET /channels': { needs: 'read' },
  'GET /channels/{name}': { needs: 'read', thing: 'channel' },
  'GET /checks': { needs: 'read', query: ofMonitor },
  'GET /checks/{id}': { needs: 'read', thing: 'check' },
  'GET /deliveries': { needs: 'read' },
  'GET /events': { needs: 'read' },
  'GET /findings': { needs: 'read' },
  'GET /findings/{id}': { needs: 'read', thing: 'finding' },
  'GET /findings/{id}/feedback': { needs: 'read', thing: 'finding' },
  'GET /last-checks': { needs: 'read', query: 'monitors=target' },
  'GET /last-values': { needs: 'read', query: 'monitors=target' },
  'GET /managers': { needs: 'read' },
  'GET /manifests': { needs: 'read' },
  'GET /me': { needs: 'read' },
  'GET /members': { needs: 'read' },
  'GET /monitors': { needs: 'read' },
  'GET /monitors/{name}': { needs: 'read', thing: 'monitor' },
  'GET /monitors/{name}/funnel': { needs: 'read', thing: 'monitor' },
  'GET /monitors/{name}/precision': { needs: 'read', thing: 'monitor' },
  'GET /monitors/{name}/values': { needs: 'read', thing: 'monitor' },
  'GET /quotas': { needs: 'read' },
  'GET /secrets': { needs: 'read' },
  'GET /snapshots': { needs: 'read', query: ofMonitor },
  'GET /snapshots/{id}/boxes': { needs: 'read', thing: 'snapshot' },
  'GET /snapshots/{id}/screenshot': { needs: 'read', thing: 'snapshot' },
  'GET /snapshots/{id}/text': { needs: 'read', thing: 'snapshot' },
  'GET /verdicts': { needs: 'read', query: ofMonitor },
  'GET /verdicts/{id}': { needs: 'read', thing: 'verdict' },
  'GET /verdicts/{id}/feedback': { needs: 'read', thing: 'verdict' },
  'GET /workspaces': { needs: 'read' },

  'POST /apply': {
    needs: 'write',
    body: { documents: [secret('applied'), job('applied')] },
  },
  'POST /channels/{name}/recipients/resend': {
    needs: 'write',
    thing: 'mailChannel',
    body: { address: 'ann@example.org' },
  },
  'POST /channels/{name}/test': { needs: 'write', thing: 'channel', body: {} },
  'POST /deliveries/{id}/resend': { needs: 'write', thing: 'delivery', body: {} },
  'POST /checks/{id}/rejudge': { needs: 'write', thing: 'check', body: {} },
  'POST /findings/{id}/acknowledge': { needs: 'write', thing: 'finding', body: {} },
  'POST /findings/{id}/snooze': { needs: 'write', thing: 'finding', body: { for: '2h' } },
  'POST /findings/{id}/resolve': { needs: 'write', thing: 'finding', body: {} },
  'POST /findings/{id}/reopen': { needs: 'write', thing: 'finding', body: {} },
  'POST /verdicts/{id}/tell': { needs: 'write', thing: 'verdict', body: {} },
  'PUT /findings/{id}/feedback': { needs: 'write', thing: 'finding', body: { rating: 'up' } },
  'PUT /verdicts/{id}/feedback': { needs: 'write', thing: 'verdict', body: { rating: 'down' } },
  'POST /imports': {
    needs: 'write',
    body: { text: 'url: https://example.org/\n', create: ['example-org'] },
  },
  'POST /monitors': { needs: 'write', body: job('created') },
  'PUT /monitors/{name}': { needs: 'write', thing: 'monitor', body: job('target') },
  'POST /monitors/{name}/duplicate': {
    needs: 'write',
    thing: 'monitor',
    body: { name: 'copied' },
  },
  'POST /monitors/{name}/pause': { needs: 'write', thing: 'monitor', body: {} },
  'POST /monitors/{name}/resume': { needs: 'write', thing: 'monitor', body: {} },
  'POST /monitors/{name}/run': { needs: 'write', thing: 'monitor', body: {} },
  'POST /backtest': { needs: 'write', body: { manifest: job('tried') } },
  'POST /preview': { needs: 'write', body: { manifest: job('tried') } },
  'DELETE /channels/{name}': { needs: 'write', thing: 'channel' },
  'DELETE /configmaps/{name}': { needs: 'write', thing: 'configMap' },
  'DELETE /findings/{id}/feedback': { needs: 'write', thing: 'finding' },
  'DELETE /verdicts/{id}/feedback': { needs: 'write', thing: 'verdict' },
  'DELETE /monitors/{name}': { needs: 'write', thing: 'monitor' },
  'DELETE /secrets/{name}': { needs: 'write', thing: 'secret' },

  'GET /invitations': { needs: 'admin' },
  'PUT /workspaces/current': { needs: 'admin', body: { displayName: 'Team A' } },
  'DELETE /invitations/{id}': { needs: 'admin', thing: 'invitation' },

  'GET /admin/audit': { needs: 'platform' },
  'GET /admin/audit/export': { needs: 'platform' },
  'GET /admin/audit/verify': { needs: 'platform' },
  'GET /admin/platform': { needs: 'platform' },
  'GET /admin/cluster': { needs: 'platform' },
  'GET /admin/users': { needs: 'platform' },
  'GET /admin/users/export': { needs: 'platform' },
  'GET /admin/workspaces': { needs: 'platform' },
  'POST /admin/freeze': { needs: 'platform', body: { reason: 'a test' } },
  'POST /admin/resume': { needs: 'platform', body: { reason: 'a test' } },
  'POST /admin/rotate': { needs: 'platform', body: { reason: 'a test' } },
  'POST /admin/users/{id}/sign-out': { needs: 'platform', thing: 'user', body: {} },
  'POST /admin/users/{id}/disable': { needs: 'platform', thing: 'user', body: {} },
  'POST /admin/users/{id}/enable': { needs: 'platform', thing: 'user', body: {} },
  'PUT /admin/workspaces/{id}/quotas': {
    needs: 'platform',
    body: {
      monitors: 100,
      usdPerMonth: null,
      tokensPerMonth: null,
      checksPerHour: null,
      mailsPerHour: null,
    },
  },
  'DELETE /admin/users/{id}/second-factors': { needs: 'platform', thing: 'user' },

  // What ends its caller comes last.
  'POST /sign-out': { needs: 'read', body: {} },
  'POST /sign-out-everywhere': { needs: 'own', body: {} },
  'POST /admin/revoke-all': { needs: 'platform', body: { reason: 'a test' } },
};

export const rows: readonly (readonly [route: string, row: Row])[] = Object.entries(ROUTES);
