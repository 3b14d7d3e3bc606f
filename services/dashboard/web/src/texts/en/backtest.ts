/** Trying an edited monitor on what was seen before. */
export const backtest = {
  title: 'Back-test',
  stop: 'Stop',
  try: 'Try on the last {days, number} days',
  about:
    'What this edit would have made of the changes that were seen. Nothing is saved, and nobody is told. The conditions are tried for nothing; a model is asked only when you say so.',
  reading: 'Reading what was seen …',
  progress: '{judged, number} of {all, number} changes judged.',
  judged: 'Changes judged',
  typedSince: 'You have typed since; try it again.',
  ask: {
    most: 'Of {count, plural, one {# change} other {# changes}} only {model} can say. That costs at most {cost}, as a rule far less. It counts towards this month’s budget.',
    unpriced: '{tokens, number} tokens; the price of this model is not known',
    inDollars: 'At most, in $',
    inTokens: 'At most, in tokens',
    button: 'Ask the model',
  },
  tokens: '{count, number} tokens',
  nothing: 'Nothing changed in the last {days, number} days that could be tried.',
  told: 'Would have alerted {count, plural, one {once} other {# times}} in {days, number} days, cost {cost}.',
  toldAtLeast:
    'Would have alerted at least {count, plural, one {once} other {# times}} in {days, number} days, cost {cost}.',
  notTold: 'Would not have alerted in {days, number} days, cost {cost}.',
  notToldAlone: 'No condition alone would have alerted in {days, number} days, cost {cost}.',
  open: 'Of {open, number} of {all, number} changes only a model can say.',
  before:
    '{count, plural, =0 {Then it never alerted.} one {Then it alerted once.} other {Then it alerted # times.}}',
  unasked: {
    notAsked: 'no model was asked',
    maximum: 'might have cost more than the maximum',
    time: 'there was no time left',
    textGone: 'its text is not kept any more',
    model_unavailable: 'the model did not answer',
    budget_exhausted: 'the budget of this month does not reach',
  },
  notJudged: 'not judged',
  moreChanges: 'There were more changes; the newest {count, number} were tried.',
  tried: 'Changes that were tried',
  used: '{count, number} tokens were used.',
  leftOut:
    'Cooldowns, quiet hours and limits an hour are left out. The pages are those that were seen then, also where the edit reads another part of them.',
  then: 'Then',
  now: 'Now',
  notKnown: 'Not known',
} as const;
