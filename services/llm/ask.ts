/** Asks one question: tries again, repairs once, goes on to the next model, and ends in time. */
import type { JudgeResult } from '../core/contracts/llm.ts';
import type { Clock } from '../core/clock.ts';
import { leaks } from './canary.ts';
import type { ModelClient, Reply } from './client.ts';
import { parseAnswer, type Answer, type Parsed } from './parse.ts';
import { repairMessage, type Message, type Prompt, type Random } from './prompt.ts';
import type { Tally } from './tally.ts';

export type Why = Extract<JudgeResult, { kind: 'undetermined' }>['why'];

export type Asked =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'undetermined'; readonly why: Why; readonly detail: string };

export interface AskDeps {
  readonly client: ModelClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly tally: Tally;
  readonly canary: string;
}

/** When everything must have ended: on the monotonic clock, and as a signal. */
export interface Deadline {
  readonly at: number;
  readonly signal: AbortSignal;
}

/** Requests to one model for one question, besides the repair. */
const MAX_TRIES = 3;
const FIRST_WAIT_MS = 500;
/** A single request never takes longer, so that a hanging model leaves time for the next. */
const LONGEST_TRY_MS = 60_000;
const SHORTEST_TRY_MS = 2_000;

/** Asks the models in their order until one gives an answer; never throws for what a model does. */
export async function askChain(
  prompt: Prompt,
  models: readonly string[],
  deps: AskDeps,
  deadline: Deadline,
): Promise<Asked> {
  const problems: string[] = [];
  for (const model of models) {
    const reply = await askPatiently(model, prompt.messages, deps, deadline);
    if (reply.kind !== 'failed') return readOrRepair(reply, model, prompt, deps, deadline);
    problems.push(`${model}: ${reply.why}`);
    if (deadline.signal.aborted) break;
  }
  return undetermined('model_unavailable', problems.join('; ') || 'no time was left');
}

async function readOrRepair(
  first: Exclude<Reply, { kind: 'failed' }>,
  model: string,
  prompt: Prompt,
  deps: AskDeps,
  deadline: Deadline,
): Promise<Asked> {
  const read = readReply(first, prompt, deps.canary);
  if (read.kind !== 'invalid') return read;
  const messages = [...prompt.messages, repairMessage(read.problems)];
  const second = await askPatiently(model, messages, deps, deadline);
  if (second.kind === 'failed')
    return undetermined(
      'model_unavailable',
      `${model}: ${second.why}, after an answer that did not hold`,
    );
  const repaired = readReply(second, prompt, deps.canary);
  return repaired.kind === 'invalid'
    ? undetermined('invalid_answer', `${model}: ${repaired.problems.slice(0, 5).join('; ')}`)
    : repaired;
}

type Read = Asked | Extract<Parsed, { kind: 'invalid' }>;

function readReply(
  reply: Exclude<Reply, { kind: 'failed' }>,
  prompt: Prompt,
  canary: string,
): Read {
  if (reply.kind === 'unusable') return { kind: 'invalid', problems: [unusable[reply.why]] };
  if (leaks(reply.text, canary))
    return undetermined(
      'canary_leaked',
      'the model repeated its instructions; the answer was thrown away',
    );
  const parsed = parseAnswer(reply.text, prompt.mark);
  return parsed.kind === 'valid' ? { kind: 'answered', answer: parsed.answer } : parsed;
}

const unusable: Record<Extract<Reply, { kind: 'unusable' }>['why'], string> = {
  refusal: 'the model refused to answer',
  truncated: 'the answer was cut at its greatest length',
  empty: 'the answer is empty',
  toolCall: 'the model tried to call a tool',
  tooLong: 'the answer is too long',
  notACompletion: 'the answer is no chat completion',
};

const undetermined = (why: Why, detail: string): Asked => ({ kind: 'undetermined', why, detail });

/** One question to one model, again after failures that may pass. */
async function askPatiently(
  model: string,
  messages: readonly Message[],
  deps: AskDeps,
  deadline: Deadline,
): Promise<Reply> {
  let reply: Reply = {
    kind: 'failed',
    transient: false,
    why: 'no time was left',
    retryAfterMs: null,
    tokens: null,
  };
  for (let tried = 0; tried < MAX_TRIES; tried += 1) {
    const left = deadline.at - deps.clock.monotonic();
    if (left <= 0 || deadline.signal.aborted) return reply;
    reply = await askOnce(model, messages, deps, deadline.signal, left);
    if (reply.kind !== 'failed' || !reply.transient || tried === MAX_TRIES - 1) return reply;
    const wait = reply.retryAfterMs ?? backoff(tried, deps.random);
    if (wait >= deadline.at - deps.clock.monotonic()) return reply;
    await deps.clock.sleep(wait, deadline.signal).catch(ignoreAbort);
  }
  return reply;
}

/** A wait that the deadline cut short is noticed by the check that follows it. */
function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && /Abort|Timeout/.test(error.name))) throw error;
}

async function askOnce(
  model: string,
  messages: readonly Message[],
  deps: AskDeps,
  signal: AbortSignal,
  left: number,
): Promise<Reply> {
  deps.tally.attempt();
  const share = Math.min(LONGEST_TRY_MS, Math.max(left / 2, Math.min(left, SHORTEST_TRY_MS)));
  const limit = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(share))]);
  const reply = await deps.client.ask(model, messages, limit);
  if (reply.tokens)
    deps.tally.charge({
      asked: model,
      answered: reply.kind === 'failed' ? '' : reply.model,
      tokens: reply.tokens,
    });
  return reply;
}

/** Half a second, then a second, each lengthened by up to a half at random. */
function backoff(tried: number, random: Random): number {
  const jitter = (random(1)[0] ?? 0) / 255 / 2;
  return FIRST_WAIT_MS * 2 ** tried * (1 + jitter);
}
