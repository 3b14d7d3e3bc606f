/** What the sign-in page says when a sign-in did not come about. Pure; tested without a browser. */
import { t } from '../texts/texts.ts';

export interface ProblemWords {
  readonly title: string;
  /** What happened. */
  readonly text: string;
  /** What the person can do. */
  readonly next: string;
}

const PROBLEMS = ['expired', 'cancelled', 'refused', 'disabled', 'down', 'failed'] as const;

/** The words of a problem that the API named; undefined when there is none. */
export function problemWords(problem: string | null, provider: string): ProblemWords | undefined {
  if (problem === null) return undefined;
  const known = PROBLEMS.find((name) => name === problem) ?? 'failed';
  return {
    title: t(`signIn.problems.${known}.title`, { provider }),
    text: t(`signIn.problems.${known}.text`, { provider }),
    next: t(`signIn.problems.${known}.next`),
  };
}

/** The address that begins a sign-in and comes back to `place`. */
export const signInAddress = (url: string, place: string): string =>
  place.startsWith('/sign-in') ? url : `${url}?returnTo=${encodeURIComponent(place)}`;
