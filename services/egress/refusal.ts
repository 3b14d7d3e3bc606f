/** Why the proxy opens no connection: what the caller is told, and what only the audit learns. */
import type { EgressCode } from '../core/egress/errors.ts';

/** The closed list of reasons in metrics and audit lines. */
export type RefusalReason =
  | 'credential_missing'
  | 'credential_invalid'
  | 'malformed'
  | 'name'
  | 'port'
  | 'address'
  | 'self'
  | 'not_pinned'
  | 'browser_update'
  | 'credential_connections'
  | 'credential_bytes'
  | 'host_connections'
  | 'replica_connections'
  | 'name_not_found'
  | 'connect_refused'
  | 'connect_timeout'
  | 'connect_failed'
  | 'connection_reset'
  | 'invalid_answer'
  | 'headers_too_large';

/** Status and code by reason; 400 has no code because only a broken client gets it. */
const ANSWERS: Readonly<Record<RefusalReason, readonly [status: number, code?: EgressCode]>> = {
  credential_missing: [407, 'unauthorized'],
  credential_invalid: [407, 'unauthorized'],
  malformed: [400],
  name: [403, 'refused'],
  port: [403, 'refused'],
  address: [403, 'refused'],
  self: [403, 'refused'],
  not_pinned: [403, 'refused'],
  browser_update: [403, 'refused'],
  credential_connections: [429, 'limited'],
  credential_bytes: [429, 'limited'],
  host_connections: [429, 'limited'],
  replica_connections: [503, 'limited'],
  name_not_found: [502, 'nameNotFound'],
  connect_refused: [502, 'connectionRefused'],
  connect_timeout: [504, 'timeout'],
  connect_failed: [502, 'unreachable'],
  connection_reset: [502, 'connectionReset'],
  invalid_answer: [502, 'invalidAnswer'],
  headers_too_large: [502, 'headersTooLarge'],
};

export class Refusal extends Error {
  readonly reason: RefusalReason;
  /** For the audit only: addresses and names never reach the caller. */
  readonly detail: string;
  constructor(reason: RefusalReason, detail = '', cause?: unknown) {
    super(`${reason} ${detail}`.trim(), { cause });
    this.name = 'Refusal';
    this.reason = reason;
    this.detail = detail;
  }
}

export const statusOf = (reason: RefusalReason): number => ANSWERS[reason][0];
export const codeOf = (reason: RefusalReason): EgressCode | undefined => ANSWERS[reason][1];

/** The same words for every refusal of one status, so that they tell a page nothing. */
const BODIES: Readonly<Record<number, string>> = {
  400: 'Bad request\n',
  403: 'Not allowed\n',
  407: 'Proxy authentication required\n',
  429: 'Too many connections\n',
  502: 'The host cannot be reached\n',
  503: 'At capacity\n',
  504: 'The host did not answer in time\n',
};

export const bodyOf = (reason: RefusalReason): string => BODIES[statusOf(reason)] ?? '\n';

/** Anything that was thrown, as a refusal. */
export const asRefusal = (error: unknown): Refusal =>
  error instanceof Refusal
    ? error
    : new Refusal('connect_failed', error instanceof Error ? error.message : String(error), error);
