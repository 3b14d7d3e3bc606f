/** The strict schema of a model's answer (design 4.5) and its version. */
import { z } from 'zod';

/** Raised whenever the schema changes: it is part of the verdict cache's key. */
export const SCHEMA_VERSION = 'verdict@1';

export const claim = z.strictObject({
  kind: z.enum(['added', 'removed', 'changed', 'value']),
  subject: z.string().max(200),
  before: z.string().max(500).nullable(),
  after: z.string().max(500).nullable(),
  quote: z.string().max(500),
  side: z.enum(['before', 'after', 'both']),
});

/** Exactly what the model is asked for; all keys required, no others. */
export const judgeAnswer = z.strictObject({
  verdict: z.enum(['match', 'no_match', 'undetermined']),
  relevance: z.number().int().min(0).max(100),
  summary: z.string().max(280),
  severity: z.enum(['info', 'warning', 'critical']),
  claims: z.array(claim).max(8),
  reason: z.string().max(280),
  code: z.enum([
    'changed',
    'appeared',
    'disappeared',
    'became_true',
    'still_true',
    'not_relevant',
    'cosmetic',
    'insufficient',
    'not_judgeable',
    'instruction_in_page',
  ]),
});
