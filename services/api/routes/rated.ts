/** What people said of a verdict or a finding, as an answer has it. */
import { z } from 'zod';
import type { Word } from '../../store/feedback.ts';
import { time } from './schemas.ts';

export const rating = z.enum(['up', 'down']);

export const ratingOf = (agrees: boolean): z.infer<typeof rating> => (agrees ? 'up' : 'down');

export const feedback = z.strictObject({
  up: z.number(),
  down: z.number(),
  /** The caller's own. */
  own: z.strictObject({ rating, why: z.string(), at: time }).nullable(),
});

/** How many found it right and wrong, and what the caller said. */
export function saidBy(words: readonly Word[], userId: string): z.infer<typeof feedback> {
  const up = words.filter(({ agrees }) => agrees).length;
  const own = words.find((word) => word.userId === userId);
  return {
    up,
    down: words.length - up,
    own: own ? { rating: ratingOf(own.agrees), why: own.why, at: own.at.toISOString() } : null,
  };
}
