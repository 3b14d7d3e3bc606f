/** One request to an OpenAI-compatible model server, with every outcome typed. */
import OpenAI, { APIConnectionError, APIError, APIUserAbortError } from 'openai';
import type { ChatCompletion } from 'openai/resources/chat/completions';
import type { Tokens } from '../domain/budget.ts';
import { BodyTooLarge, boundedFetch, type Fetch, type Progress } from './bounded.ts';
import { MAX_ANSWER } from './parse.ts';
import type { Message } from './prompt.ts';
import { answerSchema } from './schema.ts';
import { guessTokens } from './tally.ts';

export type Reply =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly model: string;
      readonly tokens: Tokens;
    }
  /** The model answered, but not with an answer. */
  | {
      readonly kind: 'unusable';
      readonly why: 'refusal' | 'truncated' | 'empty' | 'toolCall' | 'tooLong' | 'notACompletion';
      readonly model: string;
      readonly tokens: Tokens;
    }
  | {
      readonly kind: 'failed';
      /** Whether the same request may pass a little later. */
      readonly transient: boolean;
      /** For the operator of the installation; no page text, no key. */
      readonly why: string;
      readonly retryAfterMs: number | null;
      /** What the provider may charge for an answer that it began; null when it began none. */
      readonly tokens: Tokens | null;
    };

export interface ModelClient {
  ask(model: string, messages: readonly Message[], signal: AbortSignal): Promise<Reply>;
}

export interface ClientOptions {
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
  readonly fetch: Fetch;
  readonly now: () => Date;
}

/** Enough for eight claims and the thoughts of a reasoning model. */
export const MAX_OUTPUT_TOKENS = 8192;

/** A client with retries off: when to try again is decided by our own policy. */
export function createModelClient(options: ClientOptions): ModelClient {
  const openai = new OpenAI({
    apiKey: options.apiKey ?? 'none',
    ...(options.baseUrl === undefined ? {} : { baseURL: options.baseUrl }),
    maxRetries: 0,
    logLevel: 'off',
    organization: null,
    project: null,
  });
  return {
    ask: async (model, messages, signal) => {
      const progress: Progress = { bytes: null };
      const fetch = boundedFetch(options.fetch, 4 * MAX_ANSWER, progress);
      try {
        const completion = await openai.withOptions({ fetch }).chat.completions.create(
          {
            model,
            messages: messages.map(({ role, content }) => ({ role, content })),
            response_format: {
              type: 'json_schema',
              json_schema: { name: 'verdict', strict: true, schema: answerSchema },
            },
            max_completion_tokens: MAX_OUTPUT_TOKENS,
            store: false,
          },
          { signal },
        );
        return readCompletion(completion, model, messages);
      } catch (error) {
        return failure(error, begunTokens(progress, messages), options.now());
      }
    },
  };
}

function readCompletion(
  completion: Partial<ChatCompletion> | null,
  asked: string,
  messages: readonly Message[],
): Reply {
  const choice = completion?.choices?.[0];
  const text = typeof choice?.message?.content === 'string' ? choice.message.content : '';
  const model = typeof completion?.model === 'string' ? completion.model.slice(0, 128) : asked;
  const tokens = countTokens(completion?.usage, messages, text);
  const unusable = (why: Extract<Reply, { kind: 'unusable' }>['why']): Reply => ({
    kind: 'unusable',
    why,
    model,
    tokens,
  });
  if (!choice?.message) return unusable('notACompletion');
  if (choice.message.refusal) return unusable('refusal');
  if (choice.finish_reason === 'content_filter') return unusable('refusal');
  if ((choice.message.tool_calls ?? []).length > 0) return unusable('toolCall');
  if (choice.finish_reason === 'length') return unusable('truncated');
  if (text.length > MAX_ANSWER) return unusable('tooLong');
  return text.trim() === '' ? unusable('empty') : { kind: 'text', text, model, tokens };
}

function countTokens(
  usage: ChatCompletion['usage'] | undefined,
  messages: readonly Message[],
  text: string,
): Tokens {
  const count = (value: unknown): number =>
    typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.ceil(value) : 0;
  if (!usage) return { input: guessInput(messages), cached: 0, output: guessTokens(text) };
  const input = count(usage.prompt_tokens);
  return {
    input,
    cached: Math.min(input, count(usage.prompt_tokens_details?.cached_tokens)),
    output: count(usage.completion_tokens),
  };
}

const guessInput = (messages: readonly Message[]): number =>
  messages.reduce((total, { content }) => total + guessTokens(content), 0);

/** What a provider may charge for an answer that began and was lost. */
const begunTokens = ({ bytes }: Progress, messages: readonly Message[]): Tokens | null =>
  bytes === null ? null : { input: guessInput(messages), cached: 0, output: Math.ceil(bytes / 4) };

function failure(error: unknown, tokens: Tokens | null, now: Date): Reply {
  const failed = (transient: boolean, why: string, retryAfterMs: number | null = null): Reply => ({
    kind: 'failed',
    transient,
    why,
    retryAfterMs,
    tokens,
  });
  if (tokens && isTooLarge(error)) return { kind: 'unusable', why: 'tooLong', model: '', tokens };
  if (error instanceof APIUserAbortError || isAbort(error))
    return failed(true, 'the model server did not answer in time');
  if (error instanceof APIConnectionError)
    return failed(
      true,
      tokens ? 'the answer of the model server was cut off' : 'the model server cannot be reached',
    );
  if (error instanceof APIError && typeof error.status === 'number')
    return failed(
      isTransient(error.status),
      explain(error.status),
      retryAfter(error.headers as Headers | undefined, now),
    );
  // what is left is an answer that is not JSON, or no HTTP at all
  return failed(true, 'the model server gave an answer that is no JSON');
}

function isTooLarge(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause)
    if (at instanceof BodyTooLarge) return true;
  return false;
}

const isAbort = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');

const isTransient = (status: number): boolean =>
  status === 408 || status === 409 || status === 425 || status === 429 || status >= 500;

function explain(status: number): string {
  if (status === 401 || status === 403)
    return `the model server refused the key (${status}); check OPENAI_API_KEY`;
  if (status === 404) return 'the model server does not know this model (404); check LLM_MODELS';
  return `the model server answered with status ${status}`;
}

/** Reads Retry-After, in seconds or as a date; null when it is absent or unreadable. */
export function retryAfter(headers: Headers | undefined, now: Date): number | null {
  const value = headers?.get('retry-after')?.trim() ?? '';
  if (/^\d{1,7}(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}
