/** What was changed and what was told: the two sides that a kill may not bring apart. */

/** A change of a page that must be told. */
export interface Change {
  readonly monitor: string;
  readonly price: number;
  readonly at: number;
}

/** One alert as the receiver saw it. */
export interface Told {
  /** The alert's own id; the same for every attempt. */
  readonly id: string;
  readonly monitor: string;
  readonly text: string;
}

export interface Ledger {
  /** Records a change; it is open until it was told. */
  changed(change: Change): void;
  /** Whether a change of this monitor has not been told yet. */
  isOpen(monitor: string): boolean;
  /** Closes the open change that an alert tells of. */
  told(told: Told): void;
  summary(): Summary;
}

export interface Summary {
  readonly changes: number;
  readonly told: number;
  /** Changes that nobody was told of. */
  readonly open: readonly Change[];
  /** Posts beyond the first of the same alert. */
  readonly duplicates: number;
}

/** The words on a page, by which its alert is known. */
export const priceText = (price: number): string => `costs ${price} EUR`;

export function createLedger(): Ledger {
  const open = new Map<string, Change>();
  const posts = new Map<string, number>();
  let [changes, told] = [0, 0];
  return {
    changed: (change) => {
      changes += 1;
      open.set(change.monitor, change);
    },
    isOpen: (monitor) => open.has(monitor),
    told: ({ id, monitor, text }) => {
      posts.set(id, (posts.get(id) ?? 0) + 1);
      const change = open.get(monitor);
      if (!change || !text.includes(priceText(change.price))) return;
      open.delete(monitor);
      told += 1;
    },
    summary: () => ({
      changes,
      told,
      open: [...open.values()],
      duplicates: [...posts.values()].reduce((sum, times) => sum + times - 1, 0),
    }),
  };
}
