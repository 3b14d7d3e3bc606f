/** A Redis for the tests: the server of Debian's redis-tools, under the name by which the chart starts it. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { clusterCache } from '../../lib/cluster/source.ts';
import { writeArchive } from '../../lib/images/archive.ts';
import { makeRuntime, stack } from '../../lib/images/build.ts';
import { fetchPackages, findPackages } from '../../lib/images/debian.ts';
import { unpackPackages, USER } from '../../lib/images/rootFolder.ts';
import type { TestNode } from '../cluster/node.ts';
import { say } from './system.ts';

const IMAGE = 'localhost/duckmon-test-redis:1';
/** The program decides by its name what it is. */
const PROGRAM = '/usr/bin/redis-check-rdb';
const CLIENT = '/usr/bin/redis-cli';
const PACKAGES = [
  'redis-tools',
  'libatomic1',
  'libcap2',
  'libgcrypt20',
  'libgpg-error0',
  'libjemalloc2',
  'liblz4-1',
  'liblzf1',
  'liblzma5',
  'libssl3',
  'libsystemd0',
  'libzstd1',
];

/** Gives the node the image. @returns its name by digest. */
export async function giveRedis(node: TestNode): Promise<string> {
  const work = mkdtempSync(path.join(os.tmpdir(), 'duckmon-redis-'));
  const cache = path.join(path.dirname(clusterCache(process.env)), 'images');
  try {
    const folder = path.join(work, 'redis');
    const files = await fetchPackages(await findPackages(PACKAGES), path.join(cache, 'packages'));
    await unpackPackages(files, folder, [PROGRAM, CLIENT]);
    mkdirSync(path.join(folder, 'usr/local/bin'), { recursive: true });
    symlinkSync(PROGRAM, path.join(folder, 'usr/local/bin/redis-server'));
    const { base, system } = await makeRuntime(path.join(work, 'runtime'), cache, say);
    const archive = path.join(work, 'image.tar');
    const config = {
      name: IMAGE,
      user: `${USER}:${USER}`,
      workingFolder: '/',
      environment: { PATH: '/usr/local/bin:/usr/bin' },
      entrypoint: [],
      command: ['redis-server'],
      labels: {},
    };
    await writeArchive(archive, config, stack(base, [system.folder, folder]));
    return await node.load(archive);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
