/** What the sign-in page says when a sign-in did not come about. Pure; tested without a browser. */

export interface ProblemWords {
  readonly title: string;
  /** What happened. */
  readonly text: string;
  /** What the person can do. */
  readonly next: string;
}

const WORDS: Readonly<Record<string, (provider: string) => ProblemWords>> = {
  expired: () => ({
    title: 'That took too long',
    text: 'The sign-in was begun more than ten minutes ago, in another tab, or not here at all.',
    next: 'Sign in again. If it happens each time, your browser may refuse cookies of this site.',
  }),
  cancelled: (provider) => ({
    title: 'Not signed in',
    text: `You left the sign-in at ${provider} before it was done.`,
    next: 'Nothing was changed. Sign in again whenever you like.',
  }),
  refused: (provider) => ({
    title: 'This account may not sign in here',
    text: `${provider} knows you, but your account is not among those that may use this duckmon.`,
    next: 'Choose another account, or ask the people who run this duckmon to let yours in.',
  }),
  disabled: () => ({
    title: 'This account is disabled',
    text: 'Your account here was switched off. Your monitors are still there.',
    next: 'Ask the people who run this duckmon.',
  }),
  down: (provider) => ({
    title: `${provider} does not answer`,
    text: `The sign-in is done by ${provider}, which cannot be reached just now. Monitors go on being checked, and people who are signed in stay so.`,
    next: 'Try again in a minute.',
  }),
  failed: (provider) => ({
    title: `The sign-in with ${provider} failed`,
    text: 'The answer that came back could not be trusted, so nobody was signed in.',
    next: 'Try again. If it fails again, tell the people who run this duckmon: their log says why.',
  }),
};

/** The words of a problem that the API named; undefined when there is none. */
export function problemWords(problem: string | null, provider: string): ProblemWords | undefined {
  if (problem === null) return undefined;
  const known = Object.hasOwn(WORDS, problem) ? WORDS[problem] : WORDS['failed'];
  return known?.(provider);
}

/** The address that begins a sign-in and comes back to `place`. */
export const signInAddress = (url: string, place: string): string =>
  place.startsWith('/sign-in') ? url : `${url}?returnTo=${encodeURIComponent(place)}`;
