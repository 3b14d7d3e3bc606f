/** Reasons and stages of a check in words that a person reads. Pure; tested without a browser. */

const REASONS: Readonly<Record<string, string>> = {
  firstBaseline: 'first look: the page is remembered',
  newBaseline: 'the page is read in another way now: it is remembered anew',
  sameText: 'the same text as before',
  notModified: 'the server says it is the same as before',
  noMatch: 'the change is not what you asked for',
  belowThreshold: 'not relevant enough',
  requirementNotMet: 'a required condition does not hold',
  undeterminedHeld: 'not judged, kept here',
  undeterminedRetry: 'not judged yet, tried again later',
  knownFinding: 'told before',
  hourlyLimit: 'held: the limit of the hour is reached',
  awaitingConfirmation: 'looked at again before telling',
  notConfirmed: 'gone when looked at again',
};

/** The words of a reason; one that is not in the table is taken apart at its capitals. */
export const reasonWords = (reason: string): string =>
  REASONS[reason] ??
  reason
    .replaceAll('_', ' ')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
