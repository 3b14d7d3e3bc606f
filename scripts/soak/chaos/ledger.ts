/** What the pages said and what was told of them: no step from one price to the next may be missing. */

/** One alert as the receiver saw it. */
export interface Told {
  /** The alert's own id; the same for every attempt. */
  readonly id: string;
  readonly monitor: string;
  readonly before: number;
  readonly after: number;
}

export interface Ledger {
  /** Records the newest price of a page; prices of a page only grow. */
  changed(monitor: string, price: number): void;
  told(told: Told): void;
  summary(): Summary;
}

export interface Summary {
  /** Changes of pages; a page may change twice between two checks. */
  readonly changes: number;
  /** Steps that somebody was told of. */
  readonly told: number;
  /** Monitors whose newest price nobody was told of. */
  readonly waiting: readonly string[];
  /** Monitors with a step that begins where no step before it ended: one between them was lost. */
  readonly torn: readonly string[];
  /** Posts beyond the first of the same alert. */
  readonly duplicates: number;
  /** Alerts beyond the first that tell of the same price. */
  readonly repeated: number;
}

/** The steps of one monitor by the price they lead to, and the alerts of each. */
type Steps = Map<number, { readonly before: number; readonly ids: Set<string> }>;

/** @param first the price of every page at the first check */
export function createLedger(first: number): Ledger {
  const newest = new Map<string, number>();
  const steps = new Map<string, Steps>();
  let [changes, duplicates, repeated] = [0, 0, 0];
  return {
    changed: (monitor, price) => {
      changes += 1;
      newest.set(monitor, price);
    },
    told: ({ id, monitor, before, after }) => {
      const own: Steps = steps.get(monitor) ?? new Map();
      steps.set(monitor, own);
      const known = own.get(after);
      if (known?.ids.has(id)) duplicates += 1;
      else if (known) repeated += 1;
      own.set(after, { before: known?.before ?? before, ids: new Set(known?.ids).add(id) });
    },
    summary: () => ({
      changes,
      told: [...steps.values()].reduce((sum, own) => sum + own.size, 0),
      waiting: [...newest].flatMap(([monitor, price]) =>
        steps.get(monitor)?.has(price) ? [] : [monitor],
      ),
      torn: [...steps].flatMap(([monitor, own]) => (isWhole(own, first) ? [] : [monitor])),
      duplicates,
      repeated,
    }),
  };
}

function isWhole(own: Steps, first: number): boolean {
  let at = first;
  for (const [after, { before }] of [...own].toSorted(([one], [other]) => one - other)) {
    if (before !== at) return false;
    at = after;
  }
  return true;
}

/** The step that an alert tells of; undefined when it is about something else. */
export function readStep(json: Readonly<Record<string, unknown>> | null): Told | undefined {
  const { id, monitor, claims } = json ?? {};
  if (typeof id !== 'string' || typeof monitor !== 'string' || !Array.isArray(claims))
    return undefined;
  const [claim] = claims as { before?: unknown; after?: unknown }[];
  const [before, after] = [Number(claim?.before), Number(claim?.after)];
  return before > 0 && after > 0 ? { id, monitor, before, after } : undefined;
}
