/** Right or wrong: what a person says of what was told, or of a silence. */
import { call } from '../api.ts';
import type { Finding } from '../objects.ts';

export type Rating = 'up' | 'down';

export interface RatingChoice {
  readonly rating: Rating;
  readonly sign: string;
  /** Says it of the finding that has the focus. */
  readonly key: string;
}

export const RATINGS: readonly RatingChoice[] = [
  { rating: 'up', sign: '✓', key: '+' },
  { rating: 'down', sign: '✗', key: '-' },
];

/** Says it of a finding; the same again takes it back. */
export const rateFinding = ({ id, rating }: Pick<Finding, 'id' | 'rating'>, said: Rating) => {
  const path = `/findings/${id}/feedback`;
  return rating === said ? call('DELETE', path) : call('PUT', path, { rating: said });
};
