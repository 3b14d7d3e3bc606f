/** How long work takes, from the last few hundred of each kind: what an operator plans capacity by. */
import type { CapacityReport } from '../../core/contracts/projection.ts';

export type Work = 'http' | 'browser' | 'judge';

export interface Load {
  /** Notes that work of this kind took so many ms. */
  took(work: Work, ms: number): void;
  /** Notes that a check ended, and whether a model was asked in it. */
  checked(judged: boolean): void;
  report(): Pick<CapacityReport, 'p95Ms' | 'judgeP95Ms' | 'judgedShare'>;
}

const KEPT = 500;
/** Fewer say nothing about the 95th percentile. */
const LEAST = 20;

/** The last values, in no order. */
function createRing(): { add(value: number): void; values(): readonly number[] } {
  const values: number[] = [];
  let next = 0;
  return {
    add: (value) => {
      values[next] = value;
      next = (next + 1) % KEPT;
    },
    values: () => values,
  };
}

/** The smallest value that 95 % of all do not exceed; null when there are too few to say. */
export function p95(values: readonly number[]): number | null {
  if (values.length < LEAST) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null;
}

/** Of one process; begins empty. */
export function createLoad(): Load {
  const rings = { http: createRing(), browser: createRing(), judge: createRing() };
  const judged = createRing();
  const share = (): number | null => {
    const values = judged.values();
    if (values.length < LEAST) return null;
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return {
    took: (work, ms) => rings[work].add(ms),
    checked: (wasJudged) => judged.add(wasJudged ? 1 : 0),
    report: () => ({
      p95Ms: { http: p95(rings.http.values()), browser: p95(rings.browser.values()) },
      judgeP95Ms: p95(rings.judge.values()),
      judgedShare: share(),
    }),
  };
}
