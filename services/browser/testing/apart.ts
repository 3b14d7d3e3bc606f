/** A Chromium that gives each site a process of its own, as a full browser does and the headless shell does not. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ChromiumProgram } from '../chromium/find.ts';

export interface Apart {
  /** Puts the flag before the program that was found. */
  readonly wrap: (program: ChromiumProgram) => Promise<ChromiumProgram>;
  /** Removes what it takes. */
  close(): Promise<void>;
}

/** Makes the folder of the wrapped program. */
export async function sitesApart(): Promise<Apart> {
  const folder = await mkdtemp(path.join(tmpdir(), 'apart-'));
  // another user runs it
  await chmod(folder, 0o755);
  return {
    wrap: async (program) => {
      const file = path.join(folder, 'chromium');
      const script = `#!/bin/sh\nexec '${program.file}' --site-per-process "$@"\n`;
      await writeFile(file, script, { mode: 0o755 });
      return { ...program, file };
    },
    close: () => rm(folder, { recursive: true }),
  };
}
