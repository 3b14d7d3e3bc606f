/** Refuses internal requests whose signed header, or whose caller's token, does not hold. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Clock } from '../clock.ts';
import type { InternalCaller, ServiceName } from '../contracts/ports.ts';
import { HttpError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { DerivedKey, KeySource } from '../serviceKeys.ts';
import type { TokenCheck } from '../workloadIdentity/check.ts';
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
  /** In a cluster the second factor: the caller's token. Absent where the signature alone counts. */
  readonly checkToken?: TokenCheck | undefined;
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
  return async (request: Request, response: Response, next: NextFunction) => {
    response.setHeader(KIDS_HEADER, kidsHeader(Object.values(options.keys().callers).flat()));
    const judgement = await judge(request, options, isNewNonce);
    if (judgement.holds) {
      response.locals[CALLER] = judgement.caller;
      if (asksForKeys(request)) answerKeys(response, options.keys());
      else next();
      return;
    }
    report(judgement, request, options);
    response.status(401).json(UNAUTHORIZED_BODY);
  };
}

const ADVICE = {
  signature: {
    event: 'auth.invalid_internal_key',
    message:
      'Invalid internal API key: unauthorized internal request refused; check INTERNAL_API_KEY and the key files of both services',
  },
  token: {
    event: 'auth.invalid_workload_token',
    message:
      'Invalid token of a service account: unauthorized internal request refused; check WORKLOAD_TOKENS of the caller, the account of its pod, and that the operator runs',
  },
} as const;

function report(
  { factor, reason, caller }: Refusal,
  request: Request,
  { metrics, log }: GuardOptions,
): void {
  const { event, message } = ADVICE[factor];
  metrics.authFailures.inc({ reason });
  const actor = caller === undefined ? 'anonymous' : `service:${caller}`;
  const { remoteAddress: ip } = request.socket;
  log.warn({ event, reason, actor, ip, route: request.path }, message);
}

/** The first reason why a request is refused, or that it holds. */
async function judge(
  request: Request,
  options: GuardOptions,
  isNewNonce: (nonce: string) => boolean,
): Promise<Judgement> {
  const raw = options.checkToken ? undefined : options.rawKey?.();
  if (raw !== undefined && raw !== '' && sameText(request.get(KEY_HEADER) ?? '', raw))
    return { holds: true, caller: undefined };
  const signed = judgeSignature(request, options);
  if (!signed.holds) return signed;
  const { caller } = signed;
  const problem = await options.checkToken?.(request.get('authorization'), caller);
  if (problem !== undefined) return { holds: false, factor: 'token', reason: problem, caller };
  // last, so that a request that does not hold leaves the nonce to the one that does
  return isNewNonce(request.get(NONCE_HEADER) ?? '') ? signed : refused('replayed', caller);
}

function judgeSignature(request: Request, options: GuardOptions): Signed | Refusal {
  const header = request.get(KEY_HEADER) ?? '';
  const dot = header.indexOf('.');
  const kid = header.slice(0, Math.max(dot, 0));
  const found = findKey(options.keys, kid);
  // An unknown kid costs the same work as a known one.
  const key = found ? signingKey(found.entry.value) : DUMMY_KEY;
  const signed = isSignedBy(key, request, header.slice(dot + 1), options);
  if (header === '') return refused('missing');
  if (!found) return refused('unknown_kid');
  if (!signed) return refused('bad_signature');
  const age = Math.abs(options.clock.now().getTime() - Number(request.get(TIME_HEADER)));
  const { caller } = found;
  if (!(age <= MAX_SKEW_MS)) return refused('stale', caller);
  const nonce = request.get(NONCE_HEADER) ?? '';
  if (nonce.length < 16 || nonce.length > 64) return refused('bad_nonce', caller);
  return { holds: true, caller };
}

interface Signed {
  readonly holds: true;
  readonly caller: string;
}

interface Refusal {
  readonly holds: false;
  readonly factor: keyof typeof ADVICE;
  readonly reason: string;
  /** Who signed it, if that is sure. */
  readonly caller?: string | undefined;
}

type Judgement = Signed | Refusal | { readonly holds: true; readonly caller: undefined };

function findKey(
  keys: KeySource,
  kid: string,
): { readonly caller: string; readonly entry: DerivedKey } | undefined {
  for (const [caller, entries] of Object.entries(keys().callers)) {
    const entry = entries.find((candidate) => candidate.kid === kid);
    if (entry) return { caller, entry };
  }
  return undefined;
}

const refused = (reason: string, caller?: string): Refusal => ({
  holds: false,
  factor: 'signature',
  reason,
  caller,
});

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
