/** Texts that a watch of changedetection.io waits for, refuses or ignores. */
import type { Fields } from './fields.ts';
import { literally, patternOf } from './parts.ts';
import type { Notes } from './report.ts';

/** `/expression/flags` is a regular expression, all else a text whose case does not matter. */
function expressionOf(text: string): string {
  const [, pattern, flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(text) ?? [];
  if (pattern === undefined) return `(?i:${literally(text)})`;
  const kept = [...new Set(flags)].filter((flag) => 'ims'.includes(flag)).join('');
  return kept === '' ? `(?:${pattern})` : `(?${kept}:${pattern})`;
}

type Condition = Readonly<Record<string, unknown>>;

/** One of several texts must be there, and none of others. */
export function conditionsOf(fields: Fields, notes: Notes): Condition[] {
  const triggers = fields.texts('trigger_text').flatMap((text) => {
    const pattern = patternOf(expressionOf(text), 'trigger_text', notes, text);
    return pattern === undefined ? [] : [pattern];
  });
  const any =
    triggers.length === 0 ? undefined : patternOf(triggers.join('|'), 'trigger_text', notes);
  const blockers = fields.texts('text_should_not_be_present').flatMap((text) => {
    const pattern = patternOf(expressionOf(text), 'text_should_not_be_present', notes, text);
    return pattern === undefined ? [] : [pattern];
  });
  const none =
    blockers.length === 0
      ? undefined
      : patternOf(blockers.join('|'), 'text_should_not_be_present', notes);
  return [
    ...(any === undefined ? [] : [rule('trigger-text', any, 'Present')]),
    ...(none === undefined ? [] : [rule('text-not-there', none, 'Absent')]),
  ];
}

const rule = (name: string, pattern: string, side: 'Present' | 'Absent'): Condition => ({
  name,
  then: 'Require',
  regex: { pattern, side },
});

const MOST_IGNORED = 20;

/** Whole lines that have one of the texts are masked. */
export function ignoredText(fields: Fields, notes: Notes): string[] {
  const patterns = fields.texts('ignore_text').flatMap((text) => {
    const pattern = patternOf(`.*${expressionOf(text)}.*`, 'ignore_text', notes, text);
    return pattern === undefined ? [] : [pattern];
  });
  if (patterns.length > MOST_IGNORED)
    notes.leftOut(
      'ignore_text',
      `${patterns.length - MOST_IGNORED} more than the ${MOST_IGNORED} that a source can have`,
      'put several into one expression with |',
    );
  return patterns.slice(0, MOST_IGNORED);
}
