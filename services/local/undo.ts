/** What was started so far, undone in the opposite order. */

export interface Undo {
  add(step: () => Promise<void> | void): void;
  /** Undoes every step, also after one that fails; the first failure is thrown at the end. */
  run(): Promise<void>;
}

/** Nothing was started yet. */
export function createUndo(): Undo {
  const steps: (() => Promise<void> | void)[] = [];
  return {
    add: (step) => {
      steps.push(step);
    },
    run: async () => {
      const failures: unknown[] = [];
      for (const step of steps.splice(0).toReversed()) {
        try {
          await step();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** Waits for the work to end, but no longer than `ms`: what is left ends with the process. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  try {
    await Promise.race([work, over.promise]);
  } finally {
    clearTimeout(timer);
  }
}
