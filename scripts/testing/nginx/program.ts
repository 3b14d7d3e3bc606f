/** A real nginx for tests: the one of this machine, else Debian's, unpacked and not installed. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { imageCache } from '../../lib/cluster/source.ts';
import { fetchPackages, findPackages } from '../../lib/images/debian.ts';
import { unpackPackages } from '../../lib/images/rootFolder.ts';

/** The program, and where it finds what it is linked to. */
export interface NginxProgram {
  readonly file: string;
  readonly libraries: string | undefined;
}

const PROGRAM = '/usr/sbin/nginx';
/** What it is linked to beside what every Debian has. */
const PACKAGES = ['nginx', 'libpcre2-8-0', 'libssl3', 'libcrypt1', 'zlib1g'];

/**
 * Finds or fetches it; about 3 MB, once.
 * @throws SetupError where this is no Debian, and no nginx is installed.
 */
export async function findNginx(): Promise<NginxProgram> {
  for (const file of ['nginx', PROGRAM]) if (runs(file)) return { file, libraries: undefined };
  const packages = await findPackages(PACKAGES);
  const cache = imageCache(process.env);
  const files = await fetchPackages(packages, path.join(cache, 'packages'));
  const unpacked = path.join(cache, `nginx-${packages[0]?.version ?? ''}`);
  await unpackPackages(files, unpacked, [PROGRAM]);
  const architecture = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as 'x64' | 'arm64'];
  return {
    file: path.join(unpacked, PROGRAM),
    libraries: path.join(unpacked, 'usr/lib', `${architecture}-linux-gnu`),
  };
}

function runs(file: string): boolean {
  try {
    execFileSync(file, ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
