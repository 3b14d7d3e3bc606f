/** Notices when a model gives away its instructions. */
import { RULES } from './rules.ts';

/** Sentences of the rules that no honest answer repeats. */
const FINGERPRINTS = RULES.split(/(?<=[.:])\s+/)
  .filter((sentence) => sentence.length >= 80 && !sentence.includes('{'))
  .map(fold);

/** A word that stands only in the instructions; kept at their end, so that their beginning stays the same. */
export const makeCanary = (random: (bytes: number) => Buffer): string =>
  `dm-${random(12).toString('hex')}`;

/** Whether a text contains the canary, in whatever case or spacing, or a whole sentence of the rules. */
export function leaks(text: string, canary: string): boolean {
  const folded = fold(text);
  return (
    folded.includes(fold(canary)) || FINGERPRINTS.some((sentence) => folded.includes(sentence))
  );
}

function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}
