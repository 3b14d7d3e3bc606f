/** Numbers that monitors read, in words. */
export const numbers = {
  why: {
    notFound: 'nothing was found by its selector',
    ambiguous: 'different numbers were found',
    notANumber: 'what was found is no number',
    noPage: 'there was no page to read',
  },
  whyFound: '{why}: “{found}”',
  line: '{name}: {now}; {parts}',
  checks: '{count, plural, one {1 check} other {# checks}}',
  between: 'between {lowest} and {highest}',
  missing: '{count, number} without a number',
} as const;
