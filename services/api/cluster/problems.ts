/** What the API server refuses, in the words that a person gets for the same mistake elsewhere. Pure. */
import { HttpError, type FieldProblem } from '../../core/errors.ts';
import { ApiError, NoAnswerError, type ErrorCause } from '../../core/kube/errors.ts';
import { isRecord } from '../../core/manifest/index.ts';
import { fieldPath } from '../../core/manifest/problem.ts';
import type { Place } from './homes.ts';
import { ownedBy } from './wish.ts';

/** What was asked for. */
export interface Asked {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** As the person sent it: places in lists are told as they stand there. */
  readonly sent?: unknown;
}

/** What was asked for at a place. */
export const askedAt = ({ kind, at, name }: Place): Asked => ({
  kind,
  namespace: at.namespace,
  name,
});

const RETRY_SECONDS = 5;

/** The HttpError of a refusal of the API server; any other error as it is. */
export function toHttpError(error: unknown, asked: Asked): unknown {
  if (error instanceof NoAnswerError) return notResponding(error);
  if (!(error instanceof ApiError)) return error;
  switch (error.status) {
    case 400:
    case 422:
      return ofInvalid(error, asked);
    case 403:
      return ofForbidden(error, asked);
    case 404:
      return ofMissing(error, asked);
    case 409:
      return ofConflict(error, asked);
    case 413:
      return new HttpError('too_large', 'The object is too large for the cluster', {
        cause: error,
      });
    default:
      return notResponding(error);
  }
}

/** Does something with the API server. @throws HttpError for its refusals. */
export async function explained<T>(place: Place, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toHttpError(error, askedAt(place));
  }
}

/** Also for credentials that are no good: the caller can do nothing about them. */
const notResponding = (cause: Error): HttpError =>
  new HttpError('unavailable', 'The Kubernetes API is not responding; try again in a moment', {
    retryAfterSeconds: RETRY_SECONDS,
    cause,
  });

/** Whether another writer was first, so that the same edit may succeed on the newer object. */
export const isOutdated = (error: unknown): boolean =>
  error instanceof ApiError &&
  error.status === 409 &&
  error.reason === 'Conflict' &&
  ownership(error).length === 0;

const ownership = ({ details }: ApiError): readonly ErrorCause[] =>
  details.causes.filter(({ reason }) => reason === 'FieldManagerConflict');

function ofConflict(error: ApiError, { kind, name, sent }: Asked): HttpError {
  if (error.reason === 'AlreadyExists')
    return new HttpError('conflict', `The ${kind} ${name} exists already`, { cause: error });
  const fields = ownership(error).map((cause) => ({
    path: placeOf(cause.field ?? '', sent),
    message: ownedBy(managerIn(cause.message ?? '')),
  }));
  const [first] = fields;
  return first
    ? new HttpError('conflict', `${first.path} ${first.message}`, { fields, cause: error })
    : new HttpError('conflict', `The ${kind} ${name} was changed meanwhile; read it again`, {
        cause: error,
      });
}

/** The manager in `conflict with "kubectl-edit" using mon.duckerhub.com/v1alpha1 at …`. */
function managerIn(message: string): string {
  const quoted = /^conflict with ("(?:[^"\\]|\\.)*")/.exec(message)?.[1];
  return quoted === undefined ? 'another manager' : (JSON.parse(quoted) as string);
}

const METADATA_MAP = /^\.?(metadata\.(?:labels|annotations))\.(.+)$/;

/**
 * A path of structured merge such as `.spec.sources[name="page"].url` as the API has it, such as
 * `spec.sources[0].url`; an item that was not sent keeps its key.
 */
export function placeOf(field: string, sent: unknown): string {
  const inMap = METADATA_MAP.exec(field);
  if (inMap) return fieldPath(inMap[1] ?? '', inMap[2] ?? '');
  let path = '';
  let value = sent;
  for (const [step, name, inside] of field.matchAll(
    /\.?([\w$-]+)|\[((?:"(?:[^"\\]|\\.)*"|[^\]"])*)\]/g,
  )) {
    if (inside === undefined) {
      path = fieldPath(path, name ?? step);
      value = isRecord(value) ? value[name ?? step] : undefined;
    } else {
      const items: readonly unknown[] = Array.isArray(value) ? value : [];
      const index = /^\d+$/.test(inside) ? Number(inside) : items.findIndex(matching(inside));
      path += index < 0 ? `[${inside}]` : `[${index}]`;
      value = items[index];
    }
  }
  return path;
}

/** Whether an item is the one that `name="page"` or `="value"` names. */
function matching(inside: string): (item: unknown) => boolean {
  const [, key = '', text = ''] = /^(\w*)=(.*)$/s.exec(inside) ?? [];
  const isIt = (value: unknown): boolean => JSON.stringify(value) === text;
  return (item) => (key === '' ? isIt(item) : isRecord(item) && isIt(item[key]));
}

function ofInvalid(error: ApiError, { kind }: Asked): HttpError {
  const denied = denialIn(error);
  if (denied !== undefined) return new HttpError('unprocessable', denied, { cause: error });
  const fields = error.details.causes.filter(isProblem).map(problemOf);
  const [first] = fields;
  const text = first ? `: ${first.path === '' ? '' : `${first.path}: `}${first.message}` : '';
  return new HttpError('unprocessable', `The ${kind} is not valid${text}`, {
    ...(first ? { fields } : {}),
    cause: error,
  });
}

/** The server adds a cause without a field when rules could not be asked because of the others. */
const isProblem = ({ field, message = '' }: ErrorCause): boolean =>
  field !== '<nil>' || !message.includes('some validation rules were not checked');

/** What an admission policy says. */
const denialIn = ({ message }: ApiError): string | undefined =>
  /denied request: (.*)$/s.exec(message)?.[1];

/** A cause such as `Invalid value: "45s": must be a duration` without what the person sent. */
export function problemOf({ reason, field = '', message = '' }: ErrorCause): FieldProblem {
  const path = field === '<nil>' ? '' : placeOf(field, undefined);
  if (reason === 'FieldValueRequired') return { path, message: 'is required' };
  if (reason === 'FieldValueDuplicate')
    return {
      path: keyInDuplicate(message).reduce(fieldPath, path),
      message: 'stands twice in the list; it must be unique',
    };
  return { path, message: withoutValue(message).replace(`${field} in body `, '') };
}

/** The key in `Duplicate value: {"name":"page"}`. */
function keyInDuplicate(message: string): string[] {
  const text = /^Duplicate value: (\{.*\})$/s.exec(message)?.[1];
  const value: unknown = text === undefined ? undefined : JSON.parse(text);
  return isRecord(value) ? Object.keys(value).slice(0, 1) : [];
}

/** A value of any length may stand before the words, and holds colons of its own. */
function withoutValue(message: string): string {
  const rest = /^(?:Invalid|Unsupported|Forbidden|Too (?:long|many|few))[^:]*: (.*)$/s.exec(
    message,
  )?.[1];
  if (rest === undefined) return message;
  const value = /^(?:"(?:[^"\\]|\\.)*"|[\w.+-]+|\{.*\}|\[.*\]|map\[.*\]): /s.exec(rest)?.[0];
  return value === undefined ? rest : rest.slice(value.length);
}

function ofForbidden(error: ApiError, { kind, namespace }: Asked): HttpError {
  const denied = denialIn(error);
  if (denied !== undefined) return new HttpError('unprocessable', denied, { cause: error });
  const said = /is forbidden: (.*)$/s.exec(error.message)?.[1];
  // What the server says of our own account names accounts and rules; that is for the log.
  if (said === undefined || said.startsWith('User "'))
    return new HttpError(
      'forbidden',
      `duckmon may not do this with a ${kind} in the namespace ${namespace}; its service account needs the Role there`,
      { cause: error },
    );
  return new HttpError('unprocessable', `The cluster refuses it: ${said}`, { cause: error });
}

function ofMissing(error: ApiError, { kind, namespace, name }: Asked): HttpError {
  if (/namespaces ".*" not found/.test(error.message))
    return new HttpError(
      'unprocessable',
      `The namespace ${namespace} does not exist; make it with kubectl create namespace ${namespace}`,
      { cause: error },
    );
  if (/the server could not find the requested resource/.test(error.message))
    return new HttpError(
      'unavailable',
      `The cluster does not know the kind ${kind} yet; the operator's CRDs must be installed`,
      { retryAfterSeconds: RETRY_SECONDS, cause: error },
    );
  return new HttpError('not_found', `There is no ${kind} named ${name}.`, { cause: error });
}
