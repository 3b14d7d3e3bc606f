/** Messages between api and scheduler about trying an edited job on what was seen already. */
import { z } from 'zod';
import { objectName, timestamp, workspaceId } from './common.ts';

export const BACKTEST_PATH = '/internal/v1/backtest';

/** Most changes that one call tries. */
export const MOST_CHANGES = 100;
/** Most facts that are carried from one call to the next. */
export const MOST_FACTS = 500;

/** A fact that was told in the try: told again it is no news. */
export const toldFact = z.strictObject({
  fingerprint: z.string().max(64),
  origin: z.enum(['claim', 'condition', 'changedNotJudged']),
  source: z.string().max(63),
  subject: z.string().max(500),
});
export type ToldFact = z.infer<typeof toldFact>;

/** What the model may cost in one call; at least one of the two. */
export const backtestLimit = z
  .strictObject({
    /** US dollars, such as 0.05. */
    maxCostUsd: z
      .string()
      .regex(/^\d{1,4}(\.\d{1,6})?$/, 'must be an amount of US dollars, such as 0.05')
      .optional(),
    maxTokens: z.number().int().positive().max(100_000_000).optional(),
  })
  .refine((limit) => limit.maxCostUsd !== undefined || limit.maxTokens !== undefined, {
    error: 'needs a maximum: maxCostUsd, or maxTokens for a model without a known price',
  });

/** What a try is asked for besides the job. */
export const backtestOptions = z.strictObject({
  /** How far back it looks. */
  days: z.number().int().min(1).max(400).default(30),
  /** The newest changes of these days are tried. */
  last: z.number().int().min(1).max(MOST_CHANGES).default(50),
  /** Only these of them, by the checks that saw them. */
  checks: z.array(z.uuid()).min(1).max(MOST_CHANGES).optional(),
  /** Null asks no model and costs nothing: the conditions alone are tried. */
  judge: backtestLimit.nullable().default(null),
  /** What an earlier call of the same try has told. */
  facts: z.array(toldFact).max(MOST_FACTS).default([]),
});

/** `spec` is validated by the api first. */
export const backtestRequest = z.strictObject({
  ...backtestOptions.shape,
  workspace: workspaceId,
  name: objectName,
  spec: z.record(z.string(), z.unknown()),
});
export type BacktestRequest = z.infer<typeof backtestRequest>;

const judgement = {
  reason: z.string().nullable(),
  verdict: z.string().nullable(),
  relevance: z.number().nullable(),
  summary: z.string(),
};

export const triedChange = z.strictObject({
  checkId: z.string(),
  at: timestamp,
  sources: z.array(z.string()),
  then: z.strictObject({ outcome: z.string(), ...judgement }),
  now: z.strictObject({
    /** `Unasked`: it takes a model to say, and `reason` says why none was asked. */
    outcome: z.enum(['Alerted', 'Suppressed', 'Unasked']),
    ...judgement,
    /** What would have been told. */
    alerts: z.array(z.string()),
    /** Conditions that could not be tried, and why. */
    problems: z.array(z.string()),
    tokensIn: z.number().int(),
    tokensOut: z.number().int(),
    costUsd: z.string().nullable(),
    /** The most that asking the model can cost; null where it need not be asked. */
    most: z.strictObject({ tokens: z.number().int(), costUsd: z.string().nullable() }).nullable(),
  }),
});
export type TriedChange = z.infer<typeof triedChange>;

export const backtestResult = z.strictObject({
  /** Oldest first. */
  changes: z.array(triedChange),
  /** There were more changes in these days than were tried. */
  more: z.boolean(),
  since: timestamp,
  /** The model that would be asked; null where the goal has no words. */
  model: z.string().nullable(),
  tokensIn: z.number().int(),
  tokensOut: z.number().int(),
  /** Null when a model without a known price was asked. */
  costUsd: z.string().nullable(),
  facts: z.array(toldFact),
});
export type BacktestResult = z.infer<typeof backtestResult>;
