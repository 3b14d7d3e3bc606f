/** One judgement: decides which models may be asked, asks about every part, joins the answers. */
import type { Clock } from '../core/clock.ts';
import type { JudgeRequest, JudgeResult } from '../core/contracts/llm.ts';
import { HttpError } from '../core/errors.ts';
import type { Fetch } from './bounded.ts';
import { askChain, type AskDeps, type Asked, type Deadline, type Why } from './ask.ts';
import { planChunks } from './chunks.ts';
import { createModelClient } from './client.ts';
import { isConfigured, type LlmConfig } from './config.ts';
import { mergeAnswers } from './merge.ts';
import { buildPrompt, type Random } from './prompt.ts';
import { createTally } from './tally.ts';

/** The way to the model server for one judgement; closed when that ends. */
export interface ModelTransport {
  readonly fetch: Fetch;
  close(): Promise<void>;
}

export interface JudgeDeps {
  readonly config: LlmConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly canary: string;
  /** @param purpose for whom and what the sockets are opened, for the proxy's audit. */
  readonly transport: (purpose: { workspace: string; subject: string }) => ModelTransport;
}

/** Requests for one difference; what is longer is undetermined unless a read part matches. */
const MAX_CHUNKS = 12;

/**
 * Judges one request inside its deadline.
 * @param gone aborted when nobody waits for the result any more.
 * @throws HttpError `invalid` when there is nothing to judge.
 */
export async function judge(
  request: JudgeRequest,
  deps: JudgeDeps,
  gone: AbortSignal,
): Promise<JudgeResult> {
  if (request.hunks.length === 0)
    throw new HttpError('invalid', 'hunks: there is no difference to judge');
  const { config, clock } = deps;
  const allowed = chooseModels(request, config);
  const tally = createTally(config.prices, allowed.kind === 'models' ? allowed.models[0] : '');
  const began = clock.monotonic();
  const finish = (asked: Asked): JudgeResult => {
    const provenance = tally.provenance(providerOf(config), clock.monotonic() - began);
    return { ...asked, provenance };
  };
  if (allowed.kind === 'none')
    return finish({ kind: 'undetermined', why: 'model_not_configured', detail: allowed.detail });
  const deadline = {
    at: began + request.deadlineMs,
    signal: AbortSignal.any([gone, AbortSignal.timeout(request.deadlineMs)]),
  };
  const { workspace, monitor } = request;
  const transport = deps.transport({ workspace, subject: `model/${monitor}` });
  try {
    const client = createModelClient({ ...config, fetch: transport.fetch, now: () => clock.now() });
    return finish(await askChunks(request, allowed.models, { ...deps, client, tally }, deadline));
  } finally {
    await transport.close();
  }
}

async function askChunks(
  request: JudgeRequest,
  models: readonly string[],
  deps: AskDeps,
  deadline: Deadline,
): Promise<Asked> {
  const chunks = planChunks(request.hunks, request.goal.prompt);
  const asked: Asked[] = [];
  for (const hunks of chunks.slice(0, MAX_CHUNKS)) {
    const prompt = buildPrompt(request, hunks, deps.canary, deps.random);
    const one = await askChain(prompt, models, deps, deadline);
    asked.push(one);
    if (one.kind === 'undetermined' && endsAll[one.why]) break;
  }
  return mergeAnswers(asked, Math.max(0, chunks.length - MAX_CHUNKS));
}

/** Whether asking about the next part would be vain. */
const endsAll: Record<Why, boolean> = {
  model_unavailable: true,
  model_not_configured: true,
  canary_leaked: true,
  invalid_answer: false,
};

type Choice =
  | { readonly kind: 'models'; readonly models: readonly [string, ...string[]] }
  | { readonly kind: 'none'; readonly detail: string };

/** Only models of this installation are asked, and only inside ones when a job says so (D12). */
export function chooseModels(request: JudgeRequest, config: LlmConfig): Choice {
  const none = (detail: string): Choice => ({ kind: 'none', detail });
  if (!isConfigured(config))
    return none('no model is configured; set OPENAI_API_KEY or OPENAI_BASE_URL');
  if (request.allowExternal === false && !config.internal)
    return none(
      'the job allows only inside models; set LLM_INTERNAL if the configured one is inside',
    );
  const known = new Set([...config.chain, config.small, ...config.allowed]);
  const wanted = request.models.length > 0 ? request.models : config.chain;
  const [first, ...rest] = wanted.filter((model) => known.has(model));
  if (first === undefined)
    return none(
      `none of the models of the job is one of this installation (${[...known].join(', ')}); add it to LLM_ALLOWED_MODELS`,
    );
  return { kind: 'models', models: [first, ...rest] };
}

/** The name of the endpoint for the provenance, without path or credentials. */
export const providerOf = ({ baseUrl }: LlmConfig): string =>
  baseUrl === undefined ? 'openai' : new URL(baseUrl).host;
