/** One line of the table of `prod-health`. Pure. */
import { table } from '../../../services/cli/terminal.ts';

export interface Row {
  readonly part: string;
  /** `note` is worth knowing and not wrong. */
  readonly state: 'ok' | 'note' | 'bad';
  /** Such as `2/2`; empty where there is nothing to count. */
  readonly ready: string;
  readonly detail: string;
  /** What a person does about it. */
  readonly next?: string;
}

export const isHealthy = (rows: readonly Row[]): boolean =>
  rows.every(({ state }) => state !== 'bad');

/**
 * The table, and below it what to do.
 * @param namespace where kubectl and helm are to be called
 * @param width cuts lines of the table; undefined cuts none
 */
export function rowLines(
  rows: readonly Row[],
  namespace: string,
  width: number | undefined,
): string[] {
  const cells = rows.map(({ part, state, ready, detail }) => [part, state, ready, detail]);
  const steps = rows.flatMap(({ part, state, next }) =>
    next === undefined || state === 'ok' ? [] : [`${part}: ${next}`],
  );
  return [
    ...table(['PART', 'STATE', 'READY', 'DETAIL'], cells, width),
    ...(steps.length === 0
      ? []
      : ['', `Next, in the namespace ${namespace}:`, ...steps.map((step) => `  ${step}`)]),
  ];
}
