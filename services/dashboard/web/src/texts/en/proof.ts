/** Where the quotes of claims stand on a screenshot. */
export const proof = {
  label: 'Screenshot of {source}',
  quotes: 'Quotes on the screenshot of {source}',
  hint: 'Point at a quote to see where it stands; choose it to go there.',
  at: '{top, number} px from the top, {left, number} px from the left',
  atMore:
    '{top, number} px from the top, {left, number} px from the left, and at {count, plural, one {1 more place} other {# more places}}',
  nowhere: 'is not found on the screenshot',
  before: 'is of the page before, which this screenshot does not show',
  unmeasured: 'Where the quotes stand was not measured on this screenshot.',
} as const;
