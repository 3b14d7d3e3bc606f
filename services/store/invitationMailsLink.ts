/** The token of the link that ends invitations by mail: names an address and is signed with its own secret. */
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface StopSigner {
  readonly id: string;
  readonly secret: Buffer;
}

const sign = ({ id, secret }: StopSigner): Buffer =>
  createHmac('sha256', secret).update(`no invitations ${id}`).digest();

/** No workspace has such a name, so no unsubscribe link of a channel reads like this. */
const PREFIX = '_invitations';

/** A token that is good as long as the address is known. */
export const stopToken = (address: StopSigner): string =>
  `${PREFIX}.${address.id}.${sign(address).toString('base64url')}`;

export interface StopToken {
  readonly addressId: string;
  readonly signature: Buffer;
}

const FORM = new RegExp(
  `^${PREFIX}\\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\\.([\\w-]{43})$`,
);

/** The parts of a token, nothing of which is proven yet; undefined when it is none. */
export function readStopToken(token: string): StopToken | undefined {
  const [, addressId, signature] = FORM.exec(token) ?? [];
  if (addressId === undefined || signature === undefined) return undefined;
  return { addressId, signature: Buffer.from(signature, 'base64url') };
}

/** Whether the token was made for this address. */
export const isStopFor = (token: StopToken, address: StopSigner): boolean =>
  timingSafeEqual(token.signature, sign(address));
