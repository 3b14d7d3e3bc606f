/** The keys that one service holds: derived, for the calls it makes and the calls it takes. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { INTERNAL_CALLS, type InternalCaller } from './contracts/ports.ts';
import type { DerivedKey, ServiceKeyFile } from './keyFile.ts';
import { deriveKey, type Keyring } from './keyring.ts';

export { serviceKeyFile, watchKeyFile } from './keyFile.ts';
export type { DerivedKey, KeySource, ServiceKeyFile } from './keyFile.ts';

/** The services that open sockets through the egress proxy under a name of their own. */
export const EGRESS_ISSUERS = ['scheduler', 'api', 'llm', 'notification'] as const;
export type EgressIssuer = (typeof EGRESS_ISSUERS)[number];

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The Ed25519 private key of a 32-byte seed (RFC 8410). */
export const ed25519FromSeed = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' });

const isIssuer = (service: InternalCaller): service is EgressIssuer =>
  (EGRESS_ISSUERS as readonly string[]).includes(service);

/** The key of each root entry for one direction of one pair; the kid tells the caller. */
const pairKeys = (root: Keyring, caller: InternalCaller, callee: InternalCaller): DerivedKey[] =>
  root.keys.map((entry) => ({
    kid: `${entry.kid}-${caller}`,
    state: entry.state,
    value: deriveKey(entry, `internal/${caller}/${callee}`).toString('base64'),
  }));

const egressSeeds = (root: Keyring, issuer: EgressIssuer): DerivedKey[] =>
  root.keys.map((entry) => ({
    kid: `${entry.kid}-${issuer}`,
    state: entry.state,
    value: deriveKey(entry, `egress/${issuer}`).toString('base64'),
  }));

const egressPublic = (root: Keyring): ServiceKeyFile['egressPublic'] =>
  EGRESS_ISSUERS.flatMap((issuer) =>
    egressSeeds(root, issuer).map(({ kid, value }) => ({
      kid,
      issuer,
      value: createPublicKey(ed25519FromSeed(Buffer.from(value, 'base64')))
        .export({ format: 'der', type: 'spki' })
        .toString('base64'),
    })),
  );

/** Derives what one service may hold from the internal root keyring. */
export function deriveServiceKeys(root: Keyring, service: InternalCaller): ServiceKeyFile {
  const made = INTERNAL_CALLS.filter(([caller]) => caller === service);
  const taken = INTERNAL_CALLS.filter(([, callee]) => callee === service);
  return {
    service,
    calls: Object.fromEntries(made.map(([, callee]) => [callee, pairKeys(root, service, callee)])),
    callers: Object.fromEntries(taken.map(([caller]) => [caller, pairKeys(root, caller, service)])),
    egressSeeds: isIssuer(service) ? egressSeeds(root, service) : [],
    egressPublic: service === 'egress' ? egressPublic(root) : [],
  };
}
