/** Reads the text of a model as an answer, or says why it is none. */
import type { z } from 'zod';
import { judgeAnswer } from '../domain/verdict.ts';

export type Answer = z.infer<typeof judgeAnswer>;

export type Parsed =
  | { readonly kind: 'valid'; readonly answer: Answer }
  /** Problems in words of ours; nothing of the model's text. */
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

/** Longest text of an answer, in UTF-16 units. */
export const MAX_ANSWER = 64 * 1024;

/** Prose longer than the schema's bound is shortened up to here; beyond, the answer is refused. */
const MAX_PROSE = 1000;

/**
 * Accepts exactly one JSON object, bare or in one Markdown fence, after an optional block of thoughts.
 * @param mark what stood before each line of page text; taken off again from quotes.
 */
export function parseAnswer(text: string, mark: string): Parsed {
  if (text.length > MAX_ANSWER) return invalid('the answer is too long');
  const bare = unfence(text);
  if (bare === '') return invalid('the answer is empty');
  const json = parseJson(bare);
  if (json === undefined) return invalid('it is not one JSON object');
  const parsed = judgeAnswer.safeParse(shortenProse(json));
  if (!parsed.success)
    return invalid(...parsed.error.issues.map(({ path, code }) => `${nameOf(path)}: ${code}`));
  return { kind: 'valid', answer: withoutMarks(parsed.data, mark) };
}

const invalid = (...problems: string[]): Parsed => ({ kind: 'invalid', problems });

/** A path of the schema; keys that the model made up are not repeated. */
const nameOf = (path: readonly PropertyKey[]): string =>
  path.length === 0 ? 'answer' : path.map(String).join('.');

function unfence(text: string): string {
  const spoken = text.replace(/^\s*<think>[\s\S]*?<\/think>/i, '').trim();
  const fenced = /^```(?:json)?[ \t]*\r?\n([\s\S]*?)\r?\n?[ \t]*```$/i.exec(spoken);
  return (fenced?.[1] ?? spoken).trim();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Lengths are not enforced by strict mode; only prose may be cut, a quote never. */
function shortenProse(json: unknown): unknown {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  const record = json as Record<string, unknown>;
  const cut = (value: unknown): unknown =>
    typeof value === 'string' && value.length > 280 && value.length <= MAX_PROSE
      ? `${value.slice(0, 279).trimEnd()}…`
      : value;
  return {
    ...record,
    ...('summary' in record ? { summary: cut(record['summary']) } : {}),
    ...('reason' in record ? { reason: cut(record['reason']) } : {}),
  };
}

function withoutMarks(answer: Answer, mark: string): Answer {
  const clean = (text: string): string =>
    text
      .split('\n')
      .map((line) =>
        line.startsWith(mark) ? line.slice(mark.length).replace(/^[-+=] /, '') : line,
      )
      .join('\n');
  return {
    ...answer,
    claims: answer.claims.map((claim) => ({
      ...claim,
      subject: clean(claim.subject),
      quote: clean(claim.quote),
      before: claim.before === null ? null : clean(claim.before),
      after: claim.after === null ? null : clean(claim.after),
    })),
  };
}
