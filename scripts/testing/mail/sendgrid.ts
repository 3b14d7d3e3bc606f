/** SendGrid's v3 API for tests: takes mail, keeps an activity feed, fails by script. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SendGridMail {
  readonly authorization: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The JSON body of /v3/mail/send. */
  readonly body: Record<string, unknown>;
  /** Its custom_args.deliveryId. */
  readonly deliveryId: string;
  readonly id: string;
}

export type SendGridAnswer =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly message?: string;
    }
  /** Takes the mail (it is in the feed) and never answers, or resets the connection. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'resetAfter' };

export interface FakeSendGrid {
  /** For SENDGRID_BASE_URL. */
  readonly url: string;
  /** Mails that were taken, oldest first. */
  readonly mails: readonly SendGridMail[];
  /** Queries of the activity feed. */
  readonly queries: readonly string[];
  /** The first mail that is as asked, taken already or to come. */
  mailWhere(is: (mail: SendGridMail) => boolean): Promise<SendGridMail>;
  script(...answers: SendGridAnswer[]): void;
  /** Switches the paid activity feed on; without it the feed answers 403. */
  allowActivity(allowed: boolean): void;
  reset(): void;
  stop(): Promise<void>;
}

/** Starts the server on loopback. */
export async function startSendGrid(
  options: { port?: number; apiKey?: string } = {},
): Promise<FakeSendGrid> {
  const state = {
    mails: [] as SendGridMail[],
    queries: [] as string[],
    queue: [] as SendGridAnswer[],
    activity: true,
    onMail: new Set<() => void>(),
  };
  const server = createServer((request, response) => {
    void handle(request, response, state, options.apiKey);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(options.port ?? 0, '127.0.0.1', resolve);
  await promise;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get mails() {
      return state.mails;
    },
    get queries() {
      return state.queries;
    },
    mailWhere: (is) => {
      const { promise, resolve } = Promise.withResolvers<SendGridMail>();
      const look = (): void => {
        const found = state.mails.find(is);
        if (!found) return;
        state.onMail.delete(look);
        resolve(found);
      };
      state.onMail.add(look);
      look();
      return promise;
    },
    script: (...answers) => {
      state.queue.push(...answers);
    },
    allowActivity: (allowed) => {
      state.activity = allowed;
    },
    reset: () => {
      Object.assign(state, { mails: [], queries: [], queue: [], activity: true });
    },
    stop: async () => {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

interface State {
  mails: SendGridMail[];
  queries: string[];
  queue: SendGridAnswer[];
  activity: boolean;
  readonly onMail: Set<() => void>;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
  apiKey: string | undefined,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const authorization = request.headers.authorization ?? '';
  if (apiKey !== undefined && authorization !== `Bearer ${apiKey}`)
    return fail(response, 401, 'The provided authorization grant is invalid');
  const url = new URL(request.url ?? '/', 'http://sendgrid.invalid');
  if (request.method === 'GET' && url.pathname === '/v3/messages')
    return listActivity(response, state, url.searchParams.get('query') ?? '');
  if (request.method !== 'POST' || url.pathname !== '/v3/mail/send')
    return fail(response, 404, 'not found');
  const answer = state.queue.shift();
  if (answer?.kind === 'status')
    return fail(response, answer.status, answer.message ?? 'Scripted', answer.headers);
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
  const id = `sg-${state.mails.length + 1}`;
  const args = body['custom_args'] as { deliveryId?: string } | undefined;
  const deliveryId = args?.deliveryId ?? '';
  state.mails.push({ authorization, headers: request.headers, body, deliveryId, id });
  for (const look of state.onMail) look();
  if (answer?.kind === 'hang') return undefined;
  if (answer?.kind === 'resetAfter') response.socket?.resetAndDestroy();
  else response.writeHead(202, { 'x-message-id': id }).end();
  return undefined;
}

function listActivity(response: ServerResponse, state: State, query: string): void {
  state.queries.push(query);
  if (!state.activity) return fail(response, 403, 'access forbidden');
  const wanted = /unique_args\['deliveryId'\]="([^"]*)"/.exec(query)?.[1];
  const messages = state.mails
    .filter(({ deliveryId }) => deliveryId === wanted)
    .map(({ id }) => ({ msg_id: id, status: 'delivered' }));
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ messages }));
  return undefined;
}

function fail(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ errors: [{ message, field: null, help: null }] }));
}
