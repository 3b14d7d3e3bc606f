/** The strict JSON schema that a model must answer by, made from the domain's own. */
import { z } from 'zod';
import { judgeAnswer } from '../domain/verdict.ts';

type Json = Record<string, unknown>;

/** Evidence before judgement: models write keys in this order, and think while they write. */
const ANSWER_ORDER = ['claims', 'reason', 'code', 'verdict', 'relevance', 'severity', 'summary'];

/** Bounds that strict mode of providers does not know; they are told in the description instead. */
const UNSUPPORTED = ['maxLength', 'minLength', '$schema'];

/** The schema for `response_format`: all keys required, no others, lengths as descriptions. */
export const answerSchema: Json = inOrder(strict(z.toJSONSchema(judgeAnswer) as Json));

function strict(node: Json): Json {
  const kept = Object.entries(node).filter(([key]) => !UNSUPPORTED.includes(key));
  const clean = Object.fromEntries(kept.map(([key, value]) => [key, descend(value)]));
  const { maxLength } = node;
  return typeof maxLength === 'number'
    ? { ...clean, description: `At most ${maxLength} characters.` }
    : clean;
}

function descend(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(descend);
  return typeof value === 'object' && value !== null ? strict(value as Json) : value;
}

function inOrder(schema: Json): Json {
  const properties = schema['properties'] as Json;
  return {
    ...schema,
    properties: Object.fromEntries(ANSWER_ORDER.map((key) => [key, properties[key]])),
    required: ANSWER_ORDER,
  };
}
