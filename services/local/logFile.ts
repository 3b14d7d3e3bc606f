/** The log of local mode: a file that is exchanged when it is full, so that the disk never fills. */
import { pino, type DestinationStream } from 'pino';
import { rotate, sizeOf } from './rotate.ts';

export interface LogFileLimits {
  /** Of one file; a longer line is left out. */
  readonly maxBytes: number;
  /** Full files that are kept. */
  readonly keep: number;
}

/** 40 MB in all. */
export const LOG_LIMITS: LogFileLimits = { maxBytes: 10_000_000, keep: 3 };

/** Where lines go; the file and its old generations never take more than `maxBytes * (keep + 1)`. */
export function openLogFile(
  file: string,
  { maxBytes, keep }: LogFileLimits = LOG_LIMITS,
): DestinationStream {
  if (sizeOf(file) >= maxBytes) rotate(file, keep);
  let size = sizeOf(file);
  // Written at once: a process that is killed or crashes has said all, and in order.
  const stream = pino.destination({ dest: file, sync: true });
  const append = (line: string): void => {
    const bytes = Buffer.byteLength(line);
    if (size + bytes > maxBytes) {
      rotate(file, keep);
      stream.reopen();
      size = 0;
    }
    size += bytes;
    stream.write(line);
  };
  return {
    write: (line) => append(Buffer.byteLength(line) > maxBytes ? leftOut(line) : line),
  };
}

const leftOut = (line: string): string =>
  `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), msg: `A line of ${line.length} characters was left out` })}\n`;
