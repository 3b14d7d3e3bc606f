/** Says the steps of a source in the words of the browser service. */
import type { Source, SourceStep } from '../../../crds/types/monitorjob.ts';
import type { FetchSource, PageStep, StepTarget } from '../../core/contracts/browser.ts';
import { parseDuration } from '../../domain/duration.ts';

/** Whether only a browser can read the source as it is meant. */
export const hasSteps = ({ steps }: Pick<Source, 'steps'>): boolean => (steps ?? []).length > 0;

/** The steps, or nothing where there are none. */
export const toPageSteps = ({ steps }: Pick<Source, 'steps'>): Pick<FetchSource, 'steps'> =>
  steps && steps.length > 0 ? { steps: steps.map(toPageStep) } : {};

/** The schema lets exactly one key of a step pass. */
function toPageStep({ click, type, press, select, wait, goto }: SourceStep): PageStep {
  if (click) return { kind: 'click', target: toTarget(click) };
  if (type) return toTyping(type);
  if (press) return { kind: 'press', key: press };
  if (select) return { kind: 'select', target: toTarget(select), value: select.value };
  if (wait?.duration !== undefined) return { kind: 'pause', ms: parseDuration(wait.duration) };
  if (wait) return { kind: 'wait', target: toTarget(wait) };
  return { kind: 'goto', url: goto ?? '' };
}

function toTyping(type: NonNullable<SourceStep['type']>): PageStep {
  const target = toTarget(type);
  const { value = '', fromSecretKey, totpFromSecretKey } = type;
  const key = fromSecretKey ?? totpFromSecretKey;
  return key === undefined
    ? { kind: 'type', target, value }
    : { kind: 'typeSecret', target, key, totp: totpFromSecretKey !== undefined };
}

type Named = Pick<NonNullable<SourceStep['click']>, 'selector' | 'text' | 'role' | 'name'>;

function toTarget({ selector, text, role, name }: Named): StepTarget {
  if (role) return { by: 'role', role, ...(name === undefined ? {} : { name }) };
  return text === undefined ? { by: 'selector', selector: selector ?? '' } : { by: 'text', text };
}
