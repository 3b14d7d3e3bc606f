/** What is remembered of the readings of values: it holds while a page is said to be the same. */
import type { Value } from '../../../crds/types/monitorjob.ts';
import { selectOf, type Reading } from '../../domain/reading.ts';
import type { SourceState } from '../../store/sourceState.ts';

/** The last reading of a value, if it was read by the same selector. */
export function knownReading(rule: Value, state: SourceState | undefined): Reading | undefined {
  const known = state && Object.hasOwn(state.readings, rule.name) && state.readings[rule.name];
  return known && known.by === selectOf(rule) ? known.reading : undefined;
}

/** Whether each value has a reading that a page which is the same would have again. */
export const areKnown = (
  rules: readonly Value[] | undefined,
  state: SourceState | undefined,
): boolean => (rules ?? []).every((rule) => knownReading(rule, state) !== undefined);
