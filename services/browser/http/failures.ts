/** Names what went wrong on the wire, in words for the monitor's owner. */
import { egressErrorOf, type EgressCode } from '../../core/egress/transport.ts';
import { FetchFailure } from '../failure.ts';
import type { FetchErrorCode } from '../../domain/types.ts';

const INVALID_ANSWER = "The server's answer is not complete, valid HTTP.";
const HEADERS_TOO_LARGE = "The server's headers are too large.";

const MEANING: Readonly<Record<EgressCode | 'tls', readonly [FetchErrorCode, string]>> = {
  refused: ['addressForbidden', 'The address of the page is not allowed.'],
  unauthorized: ['internal', 'The egress credential was refused.'],
  limited: ['limitExceeded', 'The page reached the limit of connections or bytes of one check.'],
  proxyDown: ['internal', 'The egress proxy cannot be reached.'],
  nameNotFound: ['nameNotFound', 'The host name of the page does not exist.'],
  connectionRefused: ['connectionRefused', 'The host of the page refused the connection.'],
  connectionReset: ['connectionReset', 'The server closed the connection early.'],
  timeout: ['timeout', 'The server did not answer in time.'],
  unreachable: ['connectionRefused', 'The host of the page cannot be reached.'],
  invalidAnswer: ['decodeFailed', INVALID_ANSWER],
  headersTooLarge: ['tooLarge', HEADERS_TOO_LARGE],
  tls: ['tls', 'The secure connection to the page failed'],
};

/** The typed failure of anything that a request threw. */
export function failureOf(error: unknown): FetchFailure {
  if (error instanceof FetchFailure) return error;
  const egress = egressErrorOf(error);
  if (egress) {
    const [code, message] = MEANING[egress.code];
    const detail = egress.code === 'tls' ? ` (${tlsCodeOf(egress.message)}).` : '';
    return new FetchFailure(code, `${message}${detail}`, { cause: error });
  }
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const known = failureOfCode((cause as NodeJS.ErrnoException).code ?? '', error);
    if (known) return known;
  }
  return new FetchFailure('internal', 'The page could not be fetched for a reason on our side.', {
    cause: error,
  });
}

function failureOfCode(code: string, cause: unknown): FetchFailure | undefined {
  if (code.startsWith('HPE_') || code.startsWith('UND_ERR_RES_'))
    return new FetchFailure(
      code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' ? 'connectionReset' : 'decodeFailed',
      INVALID_ANSWER,
      { cause },
    );
  switch (code) {
    case 'UND_ERR_HEADERS_OVERFLOW':
      return new FetchFailure('tooLarge', HEADERS_TOO_LARGE, { cause });
    case 'UND_ERR_INVALID_ARG':
      return new FetchFailure('internal', 'A header or the body of the request is not valid.', {
        cause,
      });
    default:
      return undefined;
  }
}

const tlsCodeOf = (message: string): string => /[A-Z][A-Z0-9_]{3,}/.exec(message)?.[0] ?? 'TLS';
