/** A log whose lines a test can read. */
import { createLog, type Log } from '../log.ts';

export interface CapturedLog {
  readonly log: Log;
  /** Every line as it was written. */
  readonly text: () => string;
  /** Every line parsed. */
  readonly lines: () => Record<string, unknown>[];
}

export function captureLog(service = 'test', level = 'trace'): CapturedLog {
  const written: string[] = [];
  const log = createLog(service, level, { write: (line) => void written.push(line) });
  return {
    log,
    text: () => written.join(''),
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
