/** What the llm service can do, asked once a minute. */
import type { Clock } from '../../core/clock.ts';
import { MODELS_PATH, modelsAnswer, type ModelsAnswer } from '../../core/contracts/llm.ts';
import type { InternalClient } from '../../core/internal/client.ts';

export interface ModelsSource {
  /** @throws InternalCallError when the llm service does not answer and never did */
  current(): Promise<ModelsAnswer>;
}

const FRESH_MS = 60_000;
const TIMEOUT_MS = 5_000;

/** Remembers the answer; an old one is better than none while the service restarts. */
export function createModelsSource(llm: InternalClient, clock: Clock): ModelsSource {
  let known: { readonly answer: ModelsAnswer; readonly at: number } | undefined;
  return {
    current: async () => {
      if (known && clock.monotonic() - known.at < FRESH_MS) return known.answer;
      try {
        const answer = await llm.get(MODELS_PATH, modelsAnswer, { timeoutMs: TIMEOUT_MS });
        known = { answer, at: clock.monotonic() };
        return answer;
      } catch (error) {
        if (!known) throw error;
        return known.answer;
      }
    },
  };
}
