/** Joins the answers to the chunks of one long difference into one, the same way each time. */
import type { Asked } from './ask.ts';
import type { Answer } from './parse.ts';

const MAX_CLAIMS = 8;
const SEVERITIES = ['info', 'warning', 'critical'] as const;

/**
 * A match in any chunk is a match, with the claims of all of them; a chunk that could not be judged
 * or was not read makes anything less undetermined, never a silent no.
 * @param asked in the order of the chunks, at least one
 * @param unread chunks beyond the limit, that no model saw
 */
export function mergeAnswers(asked: readonly Asked[], unread: number): Asked {
  const leaked = asked.find((one) => one.kind === 'undetermined' && one.why === 'canary_leaked');
  if (leaked) return leaked;
  const answers = asked.flatMap((one) => (one.kind === 'answered' ? [one.answer] : []));
  const matches = answers.filter(({ verdict }) => verdict === 'match');
  if (matches.length > 0) return answered(joinMatches(matches));
  const failed = asked.find((one) => one.kind === 'undetermined');
  if (failed) return failed;
  const unsure = strongest(answers.filter(({ verdict }) => verdict === 'undetermined'));
  if (unsure) return answered(unsure);
  const no = answers.find(({ code }) => code === 'instruction_in_page') ?? strongest(answers);
  if (!no) throw new RangeError('There is no answer to merge');
  return answered(unread > 0 ? notWholly(no, unread) : no);
}

const answered = (answer: Answer): Asked => ({ kind: 'answered', answer });

/** The most relevant answer, the earlier one of equals. */
function strongest(answers: readonly Answer[]): Answer | undefined {
  return answers.reduce<Answer | undefined>(
    (best, answer) => (best && best.relevance >= answer.relevance ? best : answer),
    undefined,
  );
}

function joinMatches(matches: readonly Answer[]): Answer {
  const best = strongest(matches);
  if (!best) throw new RangeError('There is no match to join');
  const others = matches.filter((match) => match !== best);
  const rank = Math.max(...matches.map(({ severity }) => SEVERITIES.indexOf(severity)));
  return {
    ...best,
    severity: SEVERITIES[rank] ?? best.severity,
    claims: [best, ...others].flatMap(({ claims }) => claims).slice(0, MAX_CLAIMS),
  };
}

const notWholly = (no: Answer, unread: number): Answer => ({
  ...no,
  verdict: 'undetermined',
  code: 'insufficient',
  claims: [],
  reason: `The change is too large: ${unread} parts of it were not judged.`,
});
