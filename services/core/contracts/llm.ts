/** Messages between scheduler and llm (port 8002). */
import { z } from 'zod';
import { judgeAnswer } from '../../domain/verdict.ts';
import { objectName, workspaceId } from './common.ts';

export const JUDGE_PATH = '/internal/v1/judge';
export const MODELS_PATH = '/internal/v1/models';

export const judgeHunk = z.strictObject({
  id: z.string(),
  source: z.string(),
  kind: z.enum(['added', 'removed', 'changed']),
  section: z.string(),
  before: z.string(),
  after: z.string(),
  context: z.strictObject({ above: z.string(), below: z.string() }),
});

export const judgeRequest = z.strictObject({
  workspace: workspaceId,
  monitor: objectName,
  goal: z.strictObject({
    prompt: z.string().max(2000),
    kind: z.enum(['Change', 'State']),
    language: z.string(),
  }),
  /** Page titles by source name, for orientation only. */
  pages: z.array(z.strictObject({ source: z.string(), title: z.string(), url: z.string() })),
  hunks: z.array(judgeHunk).max(400),
  /** Summaries of open findings, so that the same fact is not told as new. */
  previousFindings: z
    .array(z.strictObject({ subject: z.string(), kind: z.string(), value: z.string().nullable() }))
    .max(20),
  /** First model first; empty means the platform's chain. */
  models: z.array(z.string()).max(4),
  /** False: only models that the configuration marks as inside. */
  allowExternal: z.boolean().optional(),
  deadlineMs: z.number().int().positive().max(600_000),
});
export type JudgeRequest = z.infer<typeof judgeRequest>;

export const provenance = z.strictObject({
  provider: z.string(),
  model: z.string(),
  promptVersion: z.string(),
  schemaVersion: z.string(),
  tokensIn: z.number().int(),
  tokensCached: z.number().int(),
  tokensOut: z.number().int(),
  costUsd: z.string().nullable(),
  latencyMs: z.number().int(),
  attempts: z.number().int(),
  cacheHit: z.boolean(),
});

export const judgeResult = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('answered'), answer: judgeAnswer, provenance }),
  z.strictObject({
    kind: z.literal('undetermined'),
    why: z.enum(['model_unavailable', 'invalid_answer', 'model_not_configured', 'canary_leaked']),
    /** For the operator of the installation; no page text, no key. */
    detail: z.string(),
    provenance,
  }),
]);
export type JudgeResult = z.infer<typeof judgeResult>;

/** What the llm service can do; the scheduler plans budgets and the cache key with it. */
export const modelsAnswer = z.strictObject({
  configured: z.boolean(),
  promptVersion: z.string(),
  schemaVersion: z.string(),
  chain: z.array(z.string()),
  small: z.string().nullable(),
  /** US dollars for a million tokens, by model; a model without an entry has no known price. */
  prices: z.record(
    z.string(),
    z.strictObject({ input: z.string(), cached: z.string(), output: z.string() }),
  ),
});
export type ModelsAnswer = z.infer<typeof modelsAnswer>;
