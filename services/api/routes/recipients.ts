/** Recipients of mail: confirming, unsubscribing, and asking once more. */
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import { findInvitedAddress, stopInvitationMails } from '../../store/invitationMails.ts';
import { isStopFor, readStopToken } from '../../store/invitationMailsLink.ts';
import {
  findRecipientById,
  getRecipient,
  moveAddress,
  type Recipient,
} from '../../store/recipients.ts';
import { askRecipients, askableAt, isAsking } from '../../store/recipientsAsked.ts';
import { isSignedFor, readUnsubscribeToken } from '../../store/recipientsLink.ts';
import { peekOneTimeToken, useOneTimeToken } from '../../store/tokens.ts';
import { withTokenHash, withTransaction, withWorkspace, type Tx } from '../../store/workspace.ts';
import { audit } from '../audit.ts';
import { refuse } from '../authenticate.ts';
import { hashSecret } from '../cookie.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { wake } from '../wake.ts';
import { named } from './schemas.ts';

const tag = 'channels';
const PURPOSE = 'confirm-recipient';

export const recipientRoutes = (deps: ApiDeps): Route[] => [
  confirm(deps),
  unsubscribe(deps),
  askAgain(deps),
];

/** The link in the mail opens a page that posts here: scanners that follow links confirm nothing. */
const confirm = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/confirm-recipient',
    policy: 'public',
    tag,
    summary: 'Confirms a mail address with the one-time token of the mail that asked',
    body: z.strictObject({ token: z.string().min(20).max(200) }),
    answer: z.strictObject({
      address: z.string(),
      workspace: z.string(),
      channels: z.array(z.string()),
    }),
    handle: async ({ body, request }) => {
      const now = deps.clock.now();
      const hash = hashSecret(body.token);
      const known = await withTokenHash(deps.pool, hash, (tx) =>
        peekOneTimeToken(tx, hash, PURPOSE, now),
      );
      const { workspace, subject: address } = known ?? {};
      const channels =
        workspace && address
          ? await withWorkspace(deps.pool, workspace, async (tx) =>
              (await useOneTimeToken(tx, hash, PURPOSE, now))
                ? confirmAddress(tx, deps, workspace, address)
                : [],
            )
          : [];
      if (!workspace || !address || channels.length === 0) {
        refuse(deps, request, 'confirm_link');
        throw new HttpError(
          'not_found',
          'This link was used before, is too old, or the address is not asked for any more',
        );
      }
      await wake(deps, workspace);
      return { body: { address, workspace, channels } };
    },
  });

async function confirmAddress(
  tx: Tx,
  deps: ApiDeps,
  workspace: string,
  address: string,
): Promise<string[]> {
  const channels = await moveAddress(tx, workspace, address, 'Confirmed', deps.clock.now());
  for (const name of channels) await auditLink(tx, deps, workspace, 'confirm recipient', name);
  return channels;
}

const auditLink = (
  tx: Tx,
  deps: ApiDeps,
  workspace: string,
  action: string,
  channel: string,
): Promise<void> =>
  audit(tx, deps, { workspace, actor: 'link' }, action, 'NotificationChannel', channel);

/** Mail programs post here with one click (RFC 8058), and the page of the link does; both mean it. */
const unsubscribe = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/unsubscribe',
    policy: 'public',
    tag,
    summary:
      'Ends the mails of a channel, or all invitations, to one address, by the signed link of such a mail',
    query: z.strictObject({ token: z.string().max(200) }),
    answer: z.union([
      z.strictObject({ address: z.string(), channel: z.string() }),
      /** Of an invitation: of its address only a hash is kept. */
      z.strictObject({ address: z.null(), channel: z.null() }),
    ]),
    handle: async ({ query, request }) => {
      if (await endsInvitations(deps, query.token))
        return { body: { address: null, channel: null } };
      const token = readUnsubscribeToken(query.token);
      const recipient =
        token &&
        (await withWorkspace(deps.pool, token.workspace, async (tx) => {
          const found = await findRecipientById(tx, token.workspace, token.recipientId);
          if (!found || !isSignedFor(token, found)) return undefined;
          await leave(tx, deps, token.workspace, found);
          return found;
        }));
      if (!recipient) {
        refuse(deps, request, 'unsubscribe_link');
        throw new HttpError(
          'not_found',
          'This link does not work; the address may have been taken out already',
        );
      }
      return { body: { address: recipient.address, channel: recipient.channel } };
    },
  });

/** False for a token that is none of an invitation's mail. */
const endsInvitations = async (deps: ApiDeps, text: string): Promise<boolean> => {
  const token = readStopToken(text);
  if (!token) return false;
  return withTransaction(deps.pool, async (tx) => {
    const found = await findInvitedAddress(tx, token.addressId);
    if (!found || !isStopFor(token, found)) return false;
    await stopInvitationMails(tx, found.id, deps.clock.now());
    return true;
  });
};

async function leave(
  tx: Tx,
  deps: ApiDeps,
  workspace: string,
  { address, channel }: Recipient,
): Promise<void> {
  const now = deps.clock.now();
  const left = await moveAddress(tx, workspace, address, 'Unsubscribed', now, channel);
  if (left.length > 0) await auditLink(tx, deps, workspace, 'unsubscribe recipient', channel);
}

const recipient = z.strictObject({ address: z.string(), state: z.string() });

const askAgain = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/channels/:name/recipients/resend',
    policy: 'write',
    tag,
    limit: 'costly',
    summary: 'Asks a recipient once more to confirm; at most once an hour and three times a day',
    status: 202,
    params: named,
    body: z.strictObject({ address: z.string().min(3).max(254) }),
    answer: recipient,
    handle: async ({ principal, params: { name }, body: { address } }) => {
      const { workspace } = principal;
      const now = deps.clock.now();
      await withWorkspace(deps.pool, workspace, async (tx) => {
        await checkAskable(tx, workspace, await getRecipient(tx, workspace, name, address), now);
        await moveAddress(tx, workspace, address, 'Pending', now, name);
        await askRecipients(tx, workspace, name, [address], now);
        await audit(tx, deps, principal, 'ask recipient', 'NotificationChannel', name);
      });
      await wake(deps, workspace);
      return { body: { address, state: 'Pending' } };
    },
  });

/** @throws HttpError when the recipient need not or must not be asked, or not yet. */
async function checkAskable(
  tx: Tx,
  workspace: string,
  { address, channel, state }: Recipient,
  now: Date,
): Promise<void> {
  if (state === 'Confirmed') throw new HttpError('conflict', `${address} has confirmed already`);
  if (state === 'Unsubscribed')
    throw new HttpError(
      'conflict',
      `${address} has unsubscribed; when that person asks for mail again, take the address out of the channel and add it again`,
    );
  const at = await askableAt(tx, workspace, address, now);
  if (at)
    throw new HttpError(
      'too_many_requests',
      `${address} was asked not long ago; ask again after ${at.toISOString()}`,
      { retryAfterSeconds: (at.getTime() - now.getTime()) / 1000 },
    );
  if (await isAsking(tx, workspace, channel, address))
    throw new HttpError('conflict', `A mail that asks ${address} is on its way already`);
}
