/** What can be done with several monitors at once. */
import { call } from '../api.ts';
import { t } from '../texts/texts.ts';
import type { BulkVerb } from './bulk.ts';

const path = (name: string): string => `/monitors/${encodeURIComponent(name)}`;

/** Its words and what it calls. */
function verb(name: 'run' | 'pause' | 'resume' | 'delete', act: BulkVerb['act']): BulkVerb {
  return {
    button: t(`monitors.${name}.button`),
    doing: (what) => t(`monitors.${name}.doing`, { what }),
    done: (what) => t(`monitors.${name}.done`, { what }),
    act,
  };
}

export const monitorVerbs = (): readonly BulkVerb[] => [
  verb('run', (name) => call('POST', `${path(name)}/run`, {})),
  verb('pause', (name) => call('POST', `${path(name)}/pause`, {})),
  verb('resume', (name) => call('POST', `${path(name)}/resume`, {})),
  {
    ...verb('delete', (name) => call('DELETE', path(name))),
    caution: {
      question: (what) => t('monitors.delete.question', { what }),
      words: t('monitors.delete.caution'),
    },
  },
];

export const countedMonitors = (count: number): string => t('monitors.count', { count });
