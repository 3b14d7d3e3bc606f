/** What the llm service can do, asked once a minute. */
import type { Clock } from '../../core/clock.ts';
import { MODELS_PATH, modelsAnswer, type ModelsAnswer } from '../../core/contracts/llm.ts';
import type { PoolAddress } from '../../core/contracts/projection.ts';
import type { Workers } from '../workers/workers.ts';

export interface ModelsSource {
  /**
   * What the models of a pool can do.
   * @param pool null for the service that the scheduler is set up with
   * @throws InternalCallError when the llm service does not answer and never did
   */
  current(pool: PoolAddress | null): Promise<ModelsAnswer>;
}

interface Known {
  readonly answer: ModelsAnswer;
  readonly at: number;
}

const FRESH_MS = 60_000;
const TIMEOUT_MS = 5_000;

/** Remembers the answer; an old one is better than none while the service restarts. */
export function createModelsSource(
  { llm }: Pick<Workers, 'llm'>,
  clock: Pick<Clock, 'monotonic'>,
): ModelsSource {
  const answers = new Map<string, Known>();
  return {
    current: async (pool) => {
      const key = pool?.url ?? '';
      const known = answers.get(key);
      if (known && clock.monotonic() - known.at < FRESH_MS) return known.answer;
      try {
        const answer = await llm(pool).get(MODELS_PATH, modelsAnswer, { timeoutMs: TIMEOUT_MS });
        answers.set(key, { answer, at: clock.monotonic() });
        return answer;
      } catch (error) {
        if (!known) throw error;
        return known.answer;
      }
    },
  };
}
