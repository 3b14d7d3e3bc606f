/** Refuses internal requests whose signed header does not hold. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Clock } from '../clock.ts';
import type { InternalCaller, ServiceName } from '../contracts/ports.ts';
import { HttpError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { DerivedKey, KeySource } from '../serviceKeys.ts';
import { answerKeys, asksForKeys, kidsHeader } from './keys.ts';
import { createNonceMemory } from './nonces.ts';
import {
  KEY_HEADER,
  KIDS_HEADER,
  NONCE_HEADER,
  TIME_HEADER,
  sameText,
  signParts,
  signingKey,
} from './signature.ts';

export interface GuardOptions {
  readonly service: ServiceName;
  readonly keys: KeySource;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** The addresses by which this process may be called, such as `127.0.0.1:8001`. */
  readonly addresses: () => readonly string[];
  /** Local mode only: also accept the raw root key (`X-Internal-API-Key: <key>`). */
  readonly rawKey?: (() => string | undefined) | undefined;
}

const MAX_SKEW_MS = 30_000;
const DUMMY_KEY = createSecretKey(Buffer.alloc(32, 1));

/** Where the guard leaves the name of the caller, in `response.locals`. */
const CALLER = 'internalCaller';

/**
 * Lets only these callers on, behind `requireInternal`; to others the route does not exist. The raw
 * root key of local mode belongs to nobody and opens every route.
 */
export const onlyFrom =
  (...callers: readonly InternalCaller[]): RequestHandler =>
  (_request, response, next) => {
    const caller: unknown = response.locals[CALLER];
    if (caller === undefined || callers.some((name) => name === caller)) next();
    else next(new HttpError('not_found', 'There is no such internal route for this caller.'));
  };

/** Who signed the request; undefined for the raw root key of local mode. Behind `requireInternal`. */
export const callerOf = (response: Response): InternalCaller | undefined =>
  response.locals[CALLER] as InternalCaller | undefined;

/** The body of every refusal: it says nothing about why. */
export const UNAUTHORIZED_BODY = {
  error: { code: 'unauthorized', message: 'Unauthorized', correlationId: '' },
};

/** An Express handler for internal routes; needs the raw body in `request.rawBody`. */
export function requireInternal(options: GuardOptions): RequestHandler {
  const isNewNonce = createNonceMemory(options.clock);
  return (request: Request, response: Response, next: NextFunction) => {
    response.setHeader(KIDS_HEADER, kidsHeader(Object.values(options.keys().callers).flat()));
    const judgement = judge(request, options, isNewNonce);
    if (judgement.holds) {
      response.locals[CALLER] = judgement.caller;
      if (asksForKeys(request)) answerKeys(response, options.keys());
      else next();
      return;
    }
    const { reason } = judgement;
    options.metrics.authFailures.inc({ reason });
    options.log.warn(
      {
        event: 'auth.invalid_internal_key',
        reason,
        ip: request.socket.remoteAddress,
        route: request.path,
      },
      'Invalid internal API key: unauthorized internal request refused; check INTERNAL_API_KEY and the key files of both services',
    );
    response.status(401).json(UNAUTHORIZED_BODY);
  };
}

/** The first reason why a request is refused, or that it holds. */
function judge(
  request: Request,
  options: GuardOptions,
  isNewNonce: (nonce: string) => boolean,
): Judgement {
  const header = request.get(KEY_HEADER) ?? '';
  const raw = options.rawKey?.();
  if (raw !== undefined && raw !== '' && sameText(header, raw))
    return { holds: true, caller: undefined };
  const dot = header.indexOf('.');
  const kid = header.slice(0, Math.max(dot, 0));
  const { caller, entry } = findKey(options.keys, kid);
  // An unknown kid costs the same work as a known one.
  const key = entry ? signingKey(entry.value) : DUMMY_KEY;
  const signed = isSignedBy(key, request, header.slice(dot + 1), options);
  if (header === '') return refused('missing');
  if (!entry) return refused('unknown_kid');
  if (!signed) return refused('bad_signature');
  const age = Math.abs(options.clock.now().getTime() - Number(request.get(TIME_HEADER)));
  if (!(age <= MAX_SKEW_MS)) return refused('stale');
  const nonce = request.get(NONCE_HEADER) ?? '';
  if (nonce.length < 16 || nonce.length > 64) return refused('bad_nonce');
  return isNewNonce(nonce) ? { holds: true, caller } : refused('replayed');
}

type Judgement =
  | { readonly holds: true; readonly caller: string | undefined }
  | { readonly holds: false; readonly reason: string };

function findKey(keys: KeySource, kid: string): { caller?: string; entry?: DerivedKey } {
  for (const [caller, entries] of Object.entries(keys().callers)) {
    const entry = entries.find((candidate) => candidate.kid === kid);
    if (entry) return { caller, entry };
  }
  return {};
}

const refused = (reason: string): Judgement => ({ holds: false, reason });

function isSignedBy(
  key: KeyObject,
  request: Request,
  signature: string,
  { addresses, service }: GuardOptions,
): boolean {
  const parts = {
    method: request.method,
    path: request.originalUrl,
    body: rawBody(request),
    timestamp: request.get(TIME_HEADER) ?? '',
    nonce: request.get(NONCE_HEADER) ?? '',
  };
  const matches = addresses().map((address) =>
    sameText(signParts(key, { ...parts, audience: `${service}@${address}` }), signature),
  );
  return matches.includes(true) && !hasUnreadBody(request);
}

const rawBody = (request: Request): Buffer =>
  (request as Request & { rawBody?: Buffer }).rawBody ?? Buffer.alloc(0);

/** A body of a type that the app does not parse was never hashed, so no signature covers it. */
const hasUnreadBody = (request: Request): boolean =>
  (request as Request & { rawBody?: Buffer }).rawBody === undefined &&
  (request.headers['transfer-encoding'] !== undefined ||
    Number(request.headers['content-length'] ?? 0) > 0);
