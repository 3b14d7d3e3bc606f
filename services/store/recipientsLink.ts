/** The token of an unsubscribe link: names a recipient and is signed with that recipient's own secret. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SecretRecipient } from './recipients.ts';

type Signer = Pick<SecretRecipient, 'id' | 'secret'>;

const sign = (workspace: string, { id, secret }: Signer): Buffer =>
  createHmac('sha256', secret).update(`unsubscribe ${workspace} ${id}`).digest();

/** A token that is good as long as the recipient is there. */
export const unsubscribeToken = (workspace: string, recipient: Signer): string =>
  `${workspace}.${recipient.id}.${sign(workspace, recipient).toString('base64url')}`;

export interface UnsubscribeToken {
  readonly workspace: string;
  readonly recipientId: string;
  readonly signature: Buffer;
}

const FORM =
  /^([a-z0-9][-a-z0-9]{0,62})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})$/;

/** The parts of a token, nothing of which is proven yet; undefined when it is none. */
export function readUnsubscribeToken(token: string): UnsubscribeToken | undefined {
  const [, workspace, recipientId, signature] = FORM.exec(token) ?? [];
  if (workspace === undefined || recipientId === undefined || signature === undefined)
    return undefined;
  return { workspace, recipientId, signature: Buffer.from(signature, 'base64url') };
}

/** Whether the token was made for this recipient. */
export const isSignedFor = (token: UnsubscribeToken, recipient: Signer): boolean =>
  timingSafeEqual(token.signature, sign(token.workspace, recipient));
