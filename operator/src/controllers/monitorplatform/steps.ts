/** Parts of one pass that fail apart from each other. */
import { messageOf } from '../../../../services/core/errors.ts';

export interface Work {
  /** Undefined when it failed; that comes out at the end. */
  attempt<T>(what: string, step: () => Promise<T>): Promise<T | undefined>;
  /** @throws AggregateError when anything failed, so that the pass is tried again. */
  finish(): void;
}

/** An abort is no failure of a part: it ends the pass at once. */
export function collect(signal: AbortSignal): Work {
  const errors: Error[] = [];
  return {
    attempt: async (what, step) => {
      try {
        return await step();
      } catch (error) {
        signal.throwIfAborted();
        errors.push(new Error(`${what}: ${messageOf(error)}`, { cause: error }));
        return undefined;
      }
    },
    finish: () => {
      const [first] = errors;
      if (first && errors.length === 1) throw first;
      if (first) throw new AggregateError(errors, errors.map(messageOf).join('; '));
    },
  };
}
