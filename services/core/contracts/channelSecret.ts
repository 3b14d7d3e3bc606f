/** Whether the Secrets that a channel names are there; told by notification, through scheduler to operator. */
import { z } from 'zod';

const secret = z.string();

const notFound = z.strictObject({ kind: z.literal('notFound'), secret });
const keyNotFound = z.strictObject({ kind: z.literal('keyNotFound'), secret, key: z.string() });
/** Notification has no Role that lets it read this Secret. */
const forbidden = z.strictObject({
  kind: z.literal('forbidden'),
  secret,
  namespace: z.string(),
});
const found = z.strictObject({ kind: z.literal('found') });
const notNeeded = z.strictObject({ kind: z.literal('notNeeded') });

/** Why a channel cannot be used yet. */
export const secretProblem = z.discriminatedUnion('kind', [notFound, keyNotFound, forbidden]);
export type SecretProblem = z.infer<typeof secretProblem>;

/** What notification finds out about the Secrets of a channel. */
export const secretFinding = z.discriminatedUnion('kind', [found, secretProblem]);
export type SecretFinding = z.infer<typeof secretFinding>;

/** `notNeeded`: the channel names none. */
export const secretState = z.discriminatedUnion('kind', [notNeeded, secretFinding]);
export type SecretState = z.infer<typeof secretState>;

/** Whether a delivery would wait for a Secret. */
export const isSecretProblem = (state: SecretState): state is SecretProblem =>
  state.kind !== 'found' && state.kind !== 'notNeeded';

/** A sentence for the owner of the channel, with what to do. */
export function describeSecretProblem(problem: SecretProblem): string {
  switch (problem.kind) {
    case 'notFound':
      return `The Secret ${problem.secret} does not exist; apply it to send through this channel`;
    case 'keyNotFound':
      return `The Secret ${problem.secret} has no key ${problem.key}; apply it to send through this channel`;
    case 'forbidden':
      return `Notification may not read the Secret ${problem.secret}: in the namespace ${problem.namespace} its service account needs a Role with the verb get on secrets; add the namespace to those whose channels have Secrets`;
    default:
      return problem satisfies never;
  }
}
