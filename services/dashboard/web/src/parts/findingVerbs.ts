/** What can be done with findings, one or several, by which key, and in which state. */
import { call } from '../api.ts';
import type { Finding } from '../objects.ts';
import type { BulkVerb } from './bulk.ts';

export interface FindingVerb extends BulkVerb {
  /** Does it with the finding that has the focus. */
  readonly key: string;
  readonly from: readonly Finding['state'][];
}

const post = (verb: string) => (id: string) => call('POST', `/findings/${id}/${verb}`, {});

export const FINDING_VERBS: readonly FindingVerb[] = [
  {
    button: 'Acknowledge',
    doing: 'Acknowledging',
    done: 'acknowledged',
    key: 'a',
    from: ['open', 'snoozed'],
    act: post('acknowledge'),
  },
  {
    button: 'Snooze for a day',
    doing: 'Snoozing',
    done: 'snoozed until tomorrow',
    key: 's',
    from: ['open', 'acknowledged'],
    act: post('snooze'),
  },
  {
    button: 'Resolve',
    doing: 'Resolving',
    done: 'resolved',
    key: 'r',
    from: ['open', 'acknowledged', 'snoozed'],
    act: post('resolve'),
  },
  {
    button: 'Reopen',
    doing: 'Reopening',
    done: 'opened again',
    key: 'o',
    from: ['acknowledged', 'snoozed', 'resolved'],
    act: post('reopen'),
  },
];

export const verbsFrom = (state: Finding['state']): readonly FindingVerb[] =>
  FINDING_VERBS.filter(({ from }) => from.includes(state));
