/** Why no connection to a target came about, in words that fetchers can act on. */

/**
 * `refused`: the policy forbids the address. `unauthorized`: the credential does not hold or has
 * expired. `limited`: a cap of the credential or of the proxy is reached; later is better.
 * `proxyDown`: the proxy itself cannot be reached. The others are about the target.
 */
export const EGRESS_CODES = [
  'refused',
  'unauthorized',
  'limited',
  'proxyDown',
  'nameNotFound',
  'connectionRefused',
  'connectionReset',
  'timeout',
  'unreachable',
  'invalidAnswer',
  'headersTooLarge',
] as const;
export type EgressCode = (typeof EGRESS_CODES)[number];

/** The header by which the proxy names what went wrong; it never comes from a target. */
export const EGRESS_ERROR_HEADER = 'x-duckmon-egress-error';

/**
 * With this in a plain request the proxy puts it into the target's answer, and into no other: without
 * it an answer is the proxy's, also one that only its HTTP server gave.
 */
export const EGRESS_MARK_HEADER = 'x-duckmon-egress-answer';

/** The proxy opened no connection, or could not be asked. */
export class EgressError extends Error {
  readonly code: EgressCode;
  constructor(code: EgressCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'EgressError';
    this.code = code;
  }
}

const TEXTS: Readonly<Record<EgressCode, string>> = {
  refused: 'The address is not allowed',
  unauthorized: 'The egress credential was refused',
  limited: 'The egress proxy is at its limit',
  proxyDown: 'The egress proxy cannot be reached',
  nameNotFound: 'The host name was not found',
  connectionRefused: 'The host refused the connection',
  connectionReset: 'The host closed the connection',
  timeout: 'The host did not answer in time',
  unreachable: 'The host cannot be reached',
  invalidAnswer: "The host's answer is not valid HTTP",
  headersTooLarge: "The headers of the host's answer are too large",
};

/** The error of a code, with its ordinary text. */
export const egressError = (code: EgressCode, cause?: unknown): EgressError =>
  new EgressError(code, TEXTS[code], cause);

/**
 * The error that the proxy's answer stands for.
 * @param named content of EGRESS_ERROR_HEADER, when there was one.
 */
export function refusalOf(status: number, named: string | undefined): EgressError {
  const code = EGRESS_CODES.find((known) => known === named);
  if (code) return egressError(code);
  if (status === 403) return egressError('refused');
  if (status === 407) return egressError('unauthorized');
  if (status === 429 || status === 503) return egressError('limited');
  return new EgressError('unreachable', `${TEXTS.unreachable} (${status})`);
}

const SYSTEM_CODES: Readonly<Record<string, EgressCode>> = {
  ECONNREFUSED: 'connectionRefused',
  ECONNRESET: 'connectionReset',
  EPIPE: 'connectionReset',
  UND_ERR_SOCKET: 'connectionReset',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
};

const isTls = (code: string): boolean =>
  /^(ERR_TLS|ERR_SSL|CERT_|EPROTO|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH)/.test(
    code,
  );

/**
 * What a failed fetch, request or agent of the egress transport means; looks through the causes in
 * which libraries wrap it.
 * @returns undefined when the error is not about the connection.
 */
export function egressErrorOf(
  error: unknown,
): { readonly code: EgressCode | 'tls'; readonly message: string } | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof EgressError) return { code: at.code, message: at.message };
    const code = (at as NodeJS.ErrnoException).code ?? '';
    if (isTls(code)) return { code: 'tls', message: `TLS failed: ${code}` };
    const known = SYSTEM_CODES[code];
    if (known) return { code: known, message: TEXTS[known] };
  }
  return undefined;
}
