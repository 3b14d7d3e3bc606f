/** Findings: the list, one of them, and what is done with them. */
export const findings = {
  count: '{count, plural, one {1 finding} other {# findings}}',
  withSelected: 'With the selected findings',
  acknowledge: {
    button: 'Acknowledge',
    doing: 'Acknowledging {what} …',
    done: '{what} acknowledged.',
  },
  snooze: {
    button: 'Snooze for a day',
    doing: 'Snoozing {what} …',
    done: '{what} snoozed until tomorrow.',
  },
  resolve: { button: 'Resolve', doing: 'Resolving {what} …', done: '{what} resolved.' },
  reopen: { button: 'Reopen', doing: 'Reopening {what} …', done: '{what} opened again.' },
} as const;
