/** What the layers below throw, in the API's words. */
import type { ErrorRequestHandler } from 'express';
import { HttpError } from '../core/errors.ts';
import { InternalCallError } from '../core/internal/client.ts';
import { StoreError } from '../store/errors.ts';

/** Texts of repositories are meant for people; those that wrap a database error are not. */
const ownText = (error: StoreError, otherwise: string): string =>
  error.cause === undefined ? error.message : otherwise;

/** The HttpError of an error of the store or of an internal call; any other as it is. */
export function toApiError(error: unknown): unknown {
  if (error instanceof StoreError) return ofStore(error);
  if (error instanceof InternalCallError) return ofCall(error);
  return error;
}

function ofStore(error: StoreError): HttpError {
  const cause = error;
  switch (error.code) {
    case 'unavailable':
      return new HttpError('unavailable', 'The service is not available; try again in a moment', {
        retryAfterSeconds: 2,
        cause,
      });
    case 'conflict':
      return new HttpError('conflict', ownText(error, 'The object was changed meanwhile'), {
        cause,
      });
    case 'notFound':
      return new HttpError('not_found', ownText(error, 'The object does not exist'), { cause });
    case 'invalid':
      return new HttpError('unprocessable', ownText(error, 'A value is not allowed'), { cause });
    default:
      return error.code satisfies never;
  }
}

function ofCall({ problem, message }: InternalCallError): HttpError {
  const cause = message;
  switch (problem.kind) {
    case 'busy':
      return new HttpError('too_many_requests', 'The service is busy; try again in a moment', {
        retryAfterSeconds: problem.retryAfterSeconds,
        cause,
      });
    case 'refused':
      return ofRefusal(problem.status, problem.message);
    case 'timeout':
    case 'unreachable':
    case 'invalidAnswer':
      return new HttpError('unavailable', 'The service is not responding; try again in a moment', {
        retryAfterSeconds: 5,
        cause,
      });
    default:
      return problem satisfies never;
  }
}

/** A refusal of the request's content is passed on; one of our credentials is our own trouble. */
function ofRefusal(status: number, message: string): HttpError {
  const text = message.replace(/^\w+ refused with \d+: /, '');
  if (status === 404) return new HttpError('not_found', text);
  if (status === 409) return new HttpError('conflict', text);
  if (status === 400 || status === 422) return new HttpError('unprocessable', text);
  return new HttpError('unavailable', 'The service is not available; try again in a moment', {
    retryAfterSeconds: 5,
    cause: message,
  });
}

/** Translates before the error is answered. */
export const translateErrors: ErrorRequestHandler = (error, _request, _response, next) => {
  next(toApiError(error));
};
