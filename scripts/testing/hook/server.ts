/** A receiver of Slack, Teams and signed webhooks for tests: records, verifies, fails by script. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { verifyWebhook, type WebhookCheck } from '../../../services/notification/signature.ts';

export interface HookPost {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body as it came. */
  readonly raw: string;
  /** The body as JSON; null when it is none. */
  readonly json: Record<string, unknown> | null;
  /** Of the first secret that holds; 'unsigned' when the hook has no secrets. */
  readonly signature: WebhookCheck | 'unsigned';
  readonly receivedAt: Date;
}

export type HookAnswer =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      /** Waits before answering. */
      readonly delayMs?: number;
    }
  /** Resets the connection when the headers have come, before the body is read. */
  | { readonly kind: 'resetBefore' }
  /** Reads the whole request, then resets the connection without an answer. */
  | { readonly kind: 'resetAfter' }
  /** Reads the whole request and never answers. */
  | { readonly kind: 'hang' }
  /** Answers 200 with a body that never ends. */
  | { readonly kind: 'endless' };

export interface Hook {
  /** Such as `http://127.0.0.1:9100/`. */
  readonly url: string;
  readonly port: number;
  /** Posts that were read whole, oldest first. */
  readonly posts: readonly HookPost[];
  /** Queues answers; each is used once, then 200 again. */
  script(...answers: HookAnswer[]): void;
  reset(): void;
  stop(): Promise<void>;
}

/**
 * Starts the receiver.
 * @param options.host loopback when absent
 * @param options.secrets that signatures are checked with
 */
export async function startHook(
  options: {
    host?: string;
    port?: number;
    secrets?: readonly string[];
    now?: () => Date;
  } = {},
): Promise<Hook> {
  const { host = '127.0.0.1', secrets = [], now = () => new Date() } = options;
  let posts: HookPost[] = [];
  let queue: HookAnswer[] = [];
  const server = createServer((request, response) => {
    const answer = queue.shift() ?? { kind: 'status', status: 200, body: 'ok' };
    if (answer.kind === 'resetBefore') {
      request.socket.resetAndDestroy();
      return;
    }
    void readAll(request).then((raw) => {
      posts.push(record(request, raw, secrets, now()));
      return respond(answer, response);
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(options.port ?? 0, host, resolve);
  await promise;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}/`,
    port,
    get posts() {
      return posts;
    },
    script: (...answers) => {
      queue.push(...answers);
    },
    reset: () => {
      posts = [];
      queue = [];
    },
    stop: async () => {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function record(
  request: IncomingMessage,
  raw: string,
  secrets: readonly string[],
  now: Date,
): HookPost {
  const checks = secrets.map((secret) => verifyWebhook(secret, request.headers, raw, now));
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    raw,
    json: parseObject(raw),
    signature: checks.find(({ ok }) => ok) ?? checks[0] ?? 'unsigned',
    receivedAt: now,
  };
}

function parseObject(raw: string): Record<string, unknown> | null {
  try {
    return JSON.parse(raw) as Record<string, unknown>;
  } catch {
    return null;
  }
}

async function respond(answer: HookAnswer, response: ServerResponse): Promise<void> {
  switch (answer.kind) {
    case 'status':
      if (answer.delayMs !== undefined) await delay(answer.delayMs);
      response.writeHead(answer.status, { ...answer.headers }).end(answer.body ?? '');
      return undefined;
    case 'resetBefore':
    case 'resetAfter':
      response.socket?.resetAndDestroy();
      return undefined;
    case 'hang':
      return undefined;
    case 'endless':
      response.writeHead(200).write('x'.repeat(64 * 1024));
      return undefined;
    default:
      return answer satisfies never;
  }
}
