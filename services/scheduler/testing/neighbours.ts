/** Scripted browser, llm and notification services that speak the real contracts over real HTTP. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Express, RequestHandler } from 'express';
import {
  FETCH_PATH,
  fetchRequest,
  type FetchRequest,
  type FetchResult,
  type WordBox,
} from '../../core/contracts/browser.ts';
import {
  JUDGE_PATH,
  MODELS_PATH,
  judgeRequest,
  type JudgeRequest,
  type JudgeResult,
  type ModelsAnswer,
} from '../../core/contracts/llm.ts';
import {
  ACCOUNT_MAIL_PATH,
  ACCOUNT_MAIL_RECONCILE_PATH,
  INVITATION_MAIL_PATH,
  accountMailReconcileRequest,
  accountMailRequest,
  invitationMailRequest,
  type AccountMailRequest,
  type AccountMailResult,
  type InvitationMailRequest,
} from '../../core/contracts/accountMail.ts';
import type { SecretFinding } from '../../core/contracts/channelSecret.ts';
import {
  CHANNEL_CHECK_PATH,
  DELIVER_PATH,
  RECONCILE_PATH,
  channelCheckRequest,
  deliverRequest,
  type DeliverRequest,
  type DeliverResult,
} from '../../core/contracts/notification.ts';
import { HttpError } from '../../core/errors.ts';
import { createApp } from '../../core/http/app.ts';
import { serve, type Listening } from '../../core/http/serve.ts';
import { createLog } from '../../core/log.ts';
import { createMetrics } from '../../core/metrics.ts';
import type { FetchedPage, JudgeAnswer, PageSign, Provenance } from '../../domain/types.ts';

const quiet = createLog('test', 'silent');

async function serveRoutes(routes: (app: Express) => void): Promise<Listening> {
  const metrics = createMetrics('test');
  const app = createApp({
    log: quiet,
    metrics,
    bodyLimit: 16 * 1024 * 1024,
    readiness: () => ({}),
  });
  routes(app.express);
  return serve(app.finish(), { host: '127.0.0.1', port: 0 });
}

/** What a page's server says: a text, or a result as it is. */
export type Page = string | PagePatch | FetchResult;
export interface PagePatch extends Partial<FetchedPage> {
  readonly needsJavaScript?: boolean;
  /** The raw document; one that holds the text when absent. */
  readonly document?: string | Uint8Array;
  readonly picture?: NonNullable<Extract<FetchResult, { kind: 'page' }>['screenshot']>;
  /** Where the words of the picture stand. */
  readonly boxes?: readonly WordBox[];
}

export interface FakeBrowser {
  readonly url: string;
  readonly requests: FetchRequest[];
  /** The page of a URL from now on; by way of fetching when both differ. */
  show(url: string, page: Page | ((request: FetchRequest) => Page | Promise<Page>)): void;
  /** The next calls are answered 429 with this Retry-After. */
  busy(times: number, seconds: number): void;
  /** While it is down its connections break without an answer, as those of a killed pod do. */
  down(isDown: boolean): void;
  stop(): Promise<void>;
}

const timings = { totalMs: 1 };

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The result that a page gives. */
export function resultOf(page: Page, request: FetchRequest): FetchResult {
  if (typeof page === 'object' && 'kind' in page) return page;
  const { needsJavaScript, picture, boxes, document, ...patch }: PagePatch =
    typeof page === 'string' ? { text: page } : page;
  const text = patch.text ?? '';
  return {
    kind: 'page',
    page: {
      extractor: request.via === 'browser' ? 'browser@1' : 'http@1',
      requestedUrl: request.source.url,
      finalUrl: request.source.url,
      status: 200,
      contentType: 'text/html',
      title: 'Shop',
      bytes: text.length,
      htmlHash: sha256(text),
      warnings: [],
      values: Object.fromEntries(request.source.values.map(({ name }) => [name, null])),
      ...patch,
      text,
      redirects: [],
      signs: [...((patch.signs ?? []) as PageSign[])],
    } as unknown as Extract<FetchResult, { kind: 'page' }>['page'],
    ...(request.probeJavaScript ? { needsJavaScript: needsJavaScript ?? false } : {}),
    ...(picture ? { screenshot: picture } : {}),
    ...(picture && request.boxes && boxes ? { boxes: [...boxes] } : {}),
    ...documentFor(request, text, document ?? `<html><body>${text}</body></html>`),
    timings,
  };
}

function documentFor(
  { keepDocument, knownText }: FetchRequest,
  text: string,
  document: string | Uint8Array,
): { documentGzip?: string } {
  if (!keepDocument || knownText === sha256(text)) return {};
  return { documentGzip: gzipSync(document).toString('base64') };
}

/** A result of a fetch that failed. */
export const failure = (
  code: Extract<FetchResult, { kind: 'failed' }>['error']['code'],
  retryAfterSeconds?: number,
): FetchResult => ({
  kind: 'failed',
  error: {
    code,
    message: `It failed (${code})`,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  },
  timings,
});

export const notModified: FetchResult = { kind: 'notModified', status: 304, timings };

export async function startFakeBrowser(): Promise<FakeBrowser> {
  const pages = new Map<string, Page | ((request: FetchRequest) => Page | Promise<Page>)>();
  const requests: FetchRequest[] = [];
  let busyTimes = 0;
  let busySeconds = 1;
  let isDown = false;
  const listening = await serveRoutes((app) => {
    app.post(FETCH_PATH, async (request, response) => {
      if (isDown) {
        request.socket.destroy();
        return;
      }
      if (busyTimes-- > 0)
        throw new HttpError('too_many_requests', 'busy', { retryAfterSeconds: busySeconds });
      const body = fetchRequest.parse(request.body);
      requests.push(body);
      const page = pages.get(body.source.url) ?? failure('nameNotFound');
      response.json(resultOf(typeof page === 'function' ? await page(body) : page, body));
    });
  });
  return {
    url: listening.url,
    requests,
    show: (url, page) => void pages.set(url, page),
    busy: (times, seconds) => {
      busyTimes = times;
      busySeconds = seconds;
    },
    down: (next) => {
      isDown = next;
    },
    stop: () => listening.stop(0),
  };
}

export const testProvenance = (patch: Partial<Provenance> = {}): Provenance => ({
  provider: 'fake',
  model: 'fake-1',
  promptVersion: 'p1',
  schemaVersion: 'verdict@1',
  tokensIn: 1000,
  tokensCached: 0,
  tokensOut: 100,
  costUsd: '0.001000',
  latencyMs: 5,
  attempts: 1,
  cacheHit: false,
  ...patch,
});

/** A good answer about a price that changed. */
export const priceAnswer = (
  before: string,
  after: string,
  patch: Partial<JudgeAnswer> = {},
): JudgeAnswer => ({
  verdict: 'match',
  relevance: 95,
  summary: `The price changed from ${before} to ${after}.`,
  severity: 'warning',
  claims: [
    { kind: 'changed', subject: 'Price', before, after, quote: `Price: ${after}`, side: 'after' },
  ],
  reason: 'The price is what the goal asks for.',
  code: 'changed',
  ...patch,
});

export const noMatch = (patch: Partial<JudgeAnswer> = {}): JudgeAnswer => ({
  ...priceAnswer('1', '2'),
  verdict: 'no_match',
  relevance: 5,
  summary: 'Only the opening hours changed.',
  claims: [],
  code: 'not_relevant',
  ...patch,
});

export type LlmReply =
  | JudgeAnswer
  | JudgeResult
  | { readonly raw: unknown; readonly status?: number };

export interface FakeLlm {
  readonly url: string;
  readonly requests: JudgeRequest[];
  models: ModelsAnswer;
  /** Answers from now on. */
  answer(reply: LlmReply | ((request: JudgeRequest) => LlmReply | Promise<LlmReply>)): void;
  busy(times: number, seconds: number): void;
  stop(): Promise<void>;
}

export const answered = (answer: JudgeAnswer, provenance = testProvenance()): JudgeResult =>
  ({ kind: 'answered', answer, provenance }) as unknown as JudgeResult;

export const unavailable = (
  why: Extract<JudgeResult, { kind: 'undetermined' }>['why'] = 'model_unavailable',
): JudgeResult => ({
  kind: 'undetermined',
  why,
  detail: 'the model server answered 500',
  provenance: testProvenance({ tokensIn: 0, tokensOut: 0, costUsd: '0' }),
});

export async function startFakeLlm(): Promise<FakeLlm> {
  const requests: JudgeRequest[] = [];
  let reply: LlmReply | ((request: JudgeRequest) => LlmReply | Promise<LlmReply>) = noMatch();
  let busyTimes = 0;
  let busySeconds = 1;
  const fake: { models: ModelsAnswer } = {
    models: {
      configured: true,
      promptVersion: 'p1',
      schemaVersion: 'verdict@1',
      chain: ['fake-1'],
      small: 'fake-small',
      prices: {
        'fake-1': { input: '1', cached: '0.5', output: '2' },
        'fake-small': { input: '0.1', cached: '0.05', output: '0.2' },
      },
    },
  };
  const listening = await serveRoutes((app) => {
    app.get(MODELS_PATH, (_request, response) => void response.json(fake.models));
    app.post(JUDGE_PATH, async (request, response) => {
      if (busyTimes-- > 0)
        throw new HttpError('too_many_requests', 'busy', { retryAfterSeconds: busySeconds });
      const body = judgeRequest.parse(request.body);
      requests.push(body);
      const given = typeof reply === 'function' ? await reply(body) : reply;
      if ('raw' in given) {
        response.status(given.status ?? 200).json(given.raw);
        return;
      }
      response.json(
        'kind' in given ? given : { kind: 'answered', answer: given, provenance: testProvenance() },
      );
    });
  });
  return Object.assign(fake, {
    url: listening.url,
    requests,
    answer: (next: typeof reply) => {
      reply = next;
    },
    busy: (times: number, seconds: number) => {
      busyTimes = times;
      busySeconds = seconds;
    },
    stop: () => listening.stop(0),
  });
}

export interface FakeNotification {
  readonly url: string;
  readonly sent: DeliverRequest[];
  readonly asked: string[];
  /** Mails to people about their own accounts. */
  readonly accountMails: AccountMailRequest[];
  /** Mails that invite. */
  readonly invitationMails: InvitationMailRequest[];
  /** Answers to both from now on. */
  respondToAccountMails(result: AccountMailResult | 'drop'): void;
  /** Questions about Secrets. */
  readonly checked: unknown[];
  /** Answers from now on; 'drop' takes the message and closes the connection without a word. */
  respond(
    result: DeliverResult | 'drop' | ((request: DeliverRequest) => DeliverResult | 'drop'),
  ): void;
  reconciled(state: 'delivered' | 'absent' | 'unsupported'): void;
  /** What it finds of Secrets from now on; all are there at first. */
  findSecrets(finding: SecretFinding | 'unavailable'): void;
  stop(): Promise<void>;
}

export async function startFakeNotification(): Promise<FakeNotification> {
  const sent: DeliverRequest[] = [];
  const asked: string[] = [];
  const checked: unknown[] = [];
  const accountMails: AccountMailRequest[] = [];
  const invitationMails: InvitationMailRequest[] = [];
  let accountMailAnswer: AccountMailResult | 'drop' = { kind: 'accepted', providerId: 'p-1' };
  let finding: SecretFinding | 'unavailable' = { kind: 'found' };
  let result: DeliverResult | 'drop' | ((request: DeliverRequest) => DeliverResult | 'drop') = {
    kind: 'accepted',
    providerId: 'p-1',
  };
  let state: 'delivered' | 'absent' | 'unsupported' = 'unsupported';
  const listening = await serveRoutes((app) => {
    app.post(DELIVER_PATH, (request, response) => {
      const body = deliverRequest.parse(request.body);
      sent.push(body);
      const given = typeof result === 'function' ? result(body) : result;
      if (given === 'drop') request.socket.destroy();
      else response.json(given);
    });
    app.post(RECONCILE_PATH, (request, response) => {
      asked.push((request.body as { deliveryId: string }).deliveryId);
      response.json({ state, providerId: null });
    });
    const answerMail: RequestHandler = (request, response) => {
      if (accountMailAnswer === 'drop') request.socket.destroy();
      else response.json(accountMailAnswer);
    };
    app.post(ACCOUNT_MAIL_PATH, (request, response, next) => {
      accountMails.push(accountMailRequest.parse(request.body));
      return answerMail(request, response, next);
    });
    app.post(INVITATION_MAIL_PATH, (request, response, next) => {
      invitationMails.push(invitationMailRequest.parse(request.body));
      return answerMail(request, response, next);
    });
    app.post(ACCOUNT_MAIL_RECONCILE_PATH, (request, response) => {
      asked.push(accountMailReconcileRequest.parse(request.body).deliveryId);
      response.json({ state, providerId: null });
    });
    app.post(CHANNEL_CHECK_PATH, (request, response) => {
      checked.push(channelCheckRequest.parse(request.body));
      if (finding === 'unavailable') throw new HttpError('unavailable', 'no API server');
      response.json(finding);
    });
  });
  return {
    url: listening.url,
    sent,
    asked,
    checked,
    accountMails,
    invitationMails,
    respondToAccountMails: (next) => {
      accountMailAnswer = next;
    },
    findSecrets: (next) => {
      finding = next;
    },
    respond: (next) => {
      result = next;
    },
    reconciled: (next) => {
      state = next;
    },
    stop: () => listening.stop(0),
  };
}
