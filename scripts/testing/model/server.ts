/** A model server for tests: OpenAI's chat completions over real sockets, with answers by script. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChatRequest, ModelAnswer, ModelRequest, Script } from './answers.ts';
import { honestJudge } from './honest.ts';
import { countTokens, createPrefixCache } from './tokens.ts';

export interface FakeModel {
  /** For OPENAI_BASE_URL, such as `http://127.0.0.1:4010/v1`. */
  readonly url: string;
  readonly port: number;
  /** Every request so far, oldest first. */
  readonly requests: readonly ModelRequest[];
  /** Queues answers; each is used once, then the default is used again. */
  script(...answers: Script[]): void;
  /** Answers when nothing is queued; a true verdict about the first difference at first. */
  answerAlways(answer: Script): void;
  /** Forgets requests, queue and default. */
  reset(): void;
  stop(): Promise<void>;
}

/** Starts the server, on loopback unless a host is given; port 0 or none lets the system choose. */
export async function startModel(
  options: { host?: string; port?: number } = {},
): Promise<FakeModel> {
  const { host = '127.0.0.1' } = options;
  let requests: ModelRequest[] = [];
  let queue: Script[] = [];
  let fallback: Script = honestJudge;
  const cached = createPrefixCache();
  const server = createServer((incoming, response) => {
    void readRequest(incoming).then((request) => {
      if (!request) return response.writeHead(404).end('{"error":{"message":"Unknown path"}}');
      requests.push(request);
      const script = queue.shift() ?? fallback;
      const answer = typeof script === 'function' ? script(request) : script;
      return respond(answer, request, response, cached);
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(options.port ?? 0, host, resolve);
  await promise;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}/v1`,
    port,
    get requests() {
      return requests;
    },
    script: (...answers) => {
      queue.push(...answers);
    },
    answerAlways: (answer) => {
      fallback = answer;
    },
    reset: () => {
      requests = [];
      queue = [];
      fallback = honestJudge;
    },
    stop: async () => {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<ModelRequest | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  if (incoming.method !== 'POST' || !incoming.url?.endsWith('/chat/completions')) return undefined;
  const raw = Buffer.concat(chunks).toString('utf8');
  return {
    path: incoming.url,
    headers: incoming.headers,
    body: JSON.parse(raw) as ChatRequest,
    raw,
  };
}

function respond(
  answer: ModelAnswer,
  request: ModelRequest,
  response: ServerResponse,
  cached: (model: string, prompt: string) => number,
): void {
  const json = (body: unknown): void => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  switch (answer.kind) {
    case 'json':
      return json(completion(request, cached, { content: JSON.stringify(answer.value) }));
    case 'text':
      return json(completion(request, cached, { content: answer.text }, answer));
    case 'refusal':
      return json(completion(request, cached, { content: null, refusal: answer.text }));
    case 'toolCall':
      return json(completion(request, cached, { content: null, tool_calls: [TOOL_CALL] }));
    case 'raw':
      response.writeHead(200, { 'content-type': answer.contentType ?? 'application/json' });
      response.end(answer.body);
      return undefined;
    case 'status':
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(answer.body ?? '{"error":{"message":"Scripted","type":"scripted"}}');
      return undefined;
    case 'drip':
      return drip(response, answer.everyMs);
    case 'hang':
      return undefined;
    case 'cut':
      return cut(response, answer.when);
    default:
      return answer satisfies never;
  }
}

const TOOL_CALL = {
  id: 'call_1',
  type: 'function',
  function: { name: 'fetch', arguments: '{"url":"https://attacker.example/"}' },
};

function completion(
  { body }: ModelRequest,
  cached: (model: string, prompt: string) => number,
  message: { readonly content: string | null; readonly [key: string]: unknown },
  options: Partial<Extract<ModelAnswer, { kind: 'text' }>> = {},
): unknown {
  const prompt = body.messages.map(({ role, content }) => `${role}\n${content}\n`).join('');
  const [input, output] = [countTokens(prompt), countTokens(message.content ?? '')];
  const usage = {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached(body.model, prompt) },
  };
  return {
    id: 'chatcmpl-scripted',
    object: 'chat.completion',
    created: 0,
    model: options.model ?? body.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', refusal: null, ...message },
        finish_reason: options.finishReason ?? 'stop',
      },
    ],
    ...(options.usage === false ? {} : { usage }),
  };
}

function drip(response: ServerResponse, everyMs: number): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), everyMs);
  response.once('close', () => clearInterval(timer));
  response.flushHeaders();
}

function cut(response: ServerResponse, when: 'beforeHeaders' | 'inBody'): void {
  if (when === 'inBody') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '4096' });
    response.write('{"id":"chatcmpl-', () => response.socket?.destroy());
  } else response.socket?.destroy();
}
