/** What can be done with findings, one or several, by which key, and in which state. */
import { call } from '../api.ts';
import type { Finding } from '../objects.ts';
import { t } from '../texts/texts.ts';
import type { BulkVerb } from './bulk.ts';

export interface FindingVerb extends BulkVerb {
  /** Does it with the finding that has the focus. */
  readonly key: string;
  readonly from: readonly Finding['state'][];
}

/** In the order of their buttons. */
const VERBS = [
  ['acknowledge', 'a', ['open', 'snoozed']],
  ['snooze', 's', ['open', 'acknowledged']],
  ['resolve', 'r', ['open', 'acknowledged', 'snoozed']],
  ['reopen', 'o', ['acknowledged', 'snoozed', 'resolved']],
] as const satisfies readonly (readonly [string, string, readonly Finding['state'][]])[];

function verb([name, key, from]: (typeof VERBS)[number]): FindingVerb {
  return {
    key,
    from,
    button: t(`findings.${name}.button`),
    doing: (what) => t(`findings.${name}.doing`, { what }),
    done: (what) => t(`findings.${name}.done`, { what }),
    act: (id) => call('POST', `/findings/${id}/${name}`, {}),
  };
}

export const verbsFrom = (state: Finding['state']): readonly FindingVerb[] =>
  VERBS.map(verb).filter(({ from }) => from.includes(state));

export const countedFindings = (count: number): string => t('findings.count', { count });
