/** Whether the installation is frozen, asked at most once a second. */
import type { Clock } from '../core/clock.ts';
import { frozenBy } from '../store/freeze.ts';
import type { Sql } from '../store/pool.ts';

const ASK_MS = 1_000;

/** Asks the database again once the answer is a second old: a freeze holds within that time. */
export function createFreeze(sql: Sql, clock: Pick<Clock, 'monotonic'>): () => Promise<boolean> {
  let asked: { readonly at: number; readonly answer: Promise<boolean> } | undefined;
  return () => {
    const at = clock.monotonic();
    if (asked && at - asked.at < ASK_MS) return asked.answer;
    const answer = frozenBy(sql).then((by) => by.length > 0);
    asked = { at, answer };
    // an answer that failed is not remembered
    answer.catch(() => (asked = undefined));
    return answer;
  };
}
