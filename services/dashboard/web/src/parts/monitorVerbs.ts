/** What can be done with several monitors at once. */
import { call } from '../api.ts';
import type { BulkVerb } from './bulk.ts';

const path = (name: string): string => `/monitors/${encodeURIComponent(name)}`;

export const MONITOR_VERBS: readonly BulkVerb[] = [
  {
    button: 'Check now',
    doing: 'Asking for checks of',
    done: 'will be checked now',
    act: (name) => call('POST', `${path(name)}/run`, {}),
  },
  {
    button: 'Pause',
    doing: 'Pausing',
    done: 'paused',
    act: (name) => call('POST', `${path(name)}/pause`, {}),
  },
  {
    button: 'Resume',
    doing: 'Resuming',
    done: 'resumed',
    act: (name) => call('POST', `${path(name)}/resume`, {}),
  },
  {
    button: 'Delete',
    doing: 'Deleting',
    done: 'deleted',
    caution: 'No more checks are made. What was seen stays for as long as it is kept.',
    act: (name) => call('DELETE', path(name)),
  },
];
