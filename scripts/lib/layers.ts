/** Layers of tests that need more than this checkout, and what brings it. */
import path from 'node:path';
import { systemClock } from '../../services/core/clock.ts';

/** Each is the name of its files: `cluster.test.ts` needs an API server, `node.test.ts` a whole node. */
export const LAYERS = ['cluster', 'node'] as const;
export type Layer = (typeof LAYERS)[number];

/** The layer of a test file; undefined for those that any machine runs. */
export const layerOf = (file: string): Layer | undefined =>
  LAYERS.find((layer) => path.basename(file) === `${layer}.test.ts`);

export interface Words {
  readonly words: readonly string[];
  /** Layers that are left out. */
  readonly without: readonly Layer[];
  /** Patterns of titles, as mocha takes them. */
  readonly patterns: readonly string[];
  readonly problem?: string;
}

const isLayer = (word: string | undefined): word is Layer => LAYERS.some((layer) => layer === word);

function isPattern(text: string): boolean {
  try {
    return text !== '' && new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

/** Reads the command line; `--without LAYER` and `--grep PATTERN` may come more than once. */
export function readWords(args: readonly string[]): Words {
  const words: string[] = [];
  const without: Layer[] = [];
  const patterns: string[] = [];
  const wrong = (problem: string): Words => ({ words, without, patterns, problem });
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (word === '--without') {
      at += 1;
      const layer = args[at];
      if (!isLayer(layer)) return wrong(`--without takes ${LAYERS.join(' or ')}`);
      without.push(layer);
    } else if (word === '--grep') {
      at += 1;
      const pattern = args[at];
      if (pattern === undefined || !isPattern(pattern))
        return wrong('--grep takes a regular expression that titles are to match');
      patterns.push(pattern);
    } else if (word.startsWith('-')) return wrong(`unknown flag ${word}`);
    else words.push(word);
  }
  return { words, without, patterns };
}

/**
 * Brings what the layers of these files need; builds programs the first time, which takes minutes.
 * @returns variables that the processes of the tests need beside the environment.
 * @throws SetupError with one sentence on what is missing.
 */
export async function prepareLayers(
  files: readonly string[],
  say: (line: string) => void,
): Promise<Record<string, string>> {
  const needed = new Set(files.map(layerOf));
  if (!needed.has('cluster') && !needed.has('node')) return {};
  // only now: before packages are installed it cannot be loaded
  const { prepareTestCluster, prepareTestHelm, prepareTestNode } =
    await import('./cluster/forTests.ts');
  const deps = { env: process.env, clock: systemClock, say };
  const env = needed.has('cluster') ? await prepareTestCluster(deps) : {};
  await prepareTestHelm(deps);
  if (needed.has('node')) await prepareTestNode(deps);
  return env;
}
