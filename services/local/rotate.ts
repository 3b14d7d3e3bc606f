/** Old generations of a log file: `x.log.1` is the youngest of them. */
import { renameSync, statSync } from 'node:fs';

/** The file's bytes; 0 when it is not there. */
export const sizeOf = (file: string): number =>
  statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** Makes room for a new `file`: it becomes generation 1, and generation `keep` is lost. */
export function rotate(file: string, keep: number): void {
  for (let generation = keep; generation > 0; generation -= 1) {
    const younger = generation === 1 ? file : `${file}.${generation - 1}`;
    if (statSync(younger, { throwIfNoEntry: false })) renameSync(younger, `${file}.${generation}`);
  }
}
