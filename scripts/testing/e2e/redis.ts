/** A Redis for the tests: the server of Debian's redis-tools, under the name by which the chart starts it. */
import type { TestNode } from '../cluster/node.ts';
import { giveDebianImage } from './images.ts';

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
export const giveRedis = (node: TestNode, say: (line: string) => void): Promise<string> =>
  giveDebianImage(
    node,
    {
      name: IMAGE,
      packages: PACKAGES,
      programs: [PROGRAM, CLIENT],
      links: { 'redis-server': PROGRAM },
      entrypoint: ['redis-server'],
    },
    say,
  );
