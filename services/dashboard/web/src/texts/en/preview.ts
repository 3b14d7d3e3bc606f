/** What a monitor sees before it is saved. */
export const preview = {
  title: 'Preview',
  heading: 'What duckmon sees',
  choosePart: 'Choose a part',
  lookNow: 'Look now',
  lookAgain: 'Look again',
  looking: 'Looking at the page …',
  mayLook: 'Look now to see what is read of the page.',
  mayNotLook: 'Give the address of a page; what is read of it is shown here.',
  readers: { 'http@1': 'read without a browser', 'browser@1': 'read in a browser' },
  failed: 'The page could not be read. {problem}',
  notJudgeable: 'Not judgeable. {problem}',
  untitled: 'A page without a title',
  text: 'Text of the page',
  condition: 'condition {number}',
  holds: 'holds',
  holdsNot: 'does not hold',
  picker: {
    how: 'Click the part that counts, or choose it from the list. The picture is kept nowhere.',
    nothing: 'Nothing is pointed at.',
    wholePage: 'The whole page again',
    picture: 'Picture of the page',
    page: 'The page as a browser shows it',
    list: 'Parts of the page as a list',
    words: 'Words of the part',
    parts: 'Parts of the page',
    more: '{count, number} more; type words of the one that you mean.',
  },
  cost: {
    title: 'What it may cost',
    foundBy: 'A change that counts is found by',
    eachCheck: 'each check',
    oneCheckIn: 'one check in {share, number}',
    then: 'Then it is {cost}.',
    priced:
      'about {count, plural, one {# judgement} other {# judgements}} in 30 days, about {price}',
    unpriced:
      'about {count, plural, one {# judgement} other {# judgements}} in 30 days, {tokens, number} tokens; the price of the model is not known',
    standsOn:
      'An estimate, no bound: a judgement is taken as {asked, number} tokens for the rules, the goal and up to 4 KB of this page, and {answered, number} for the answer of {model}. How often the page changes only time tells; a budget is the bound.',
  },
} as const;
