/** What the words of production are given. */
import type { Clock } from '../../services/core/clock.ts';
import type { Environment } from '../lib/cluster/source.ts';
import type { Programs } from './programs.ts';

export interface ProdDeps {
  readonly env: Environment;
  readonly clock: Clock;
  readonly programs: Programs;
  /** A line for the person, beside what was asked for. */
  readonly say: (line: string) => void;
  /** A line of what was asked for. */
  readonly print: (line: string) => void;
  /** The answer of the person; undefined where there is no terminal. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  readonly randomBytes: (count: number) => Buffer;
  /** Of the terminal; undefined cuts no line. */
  readonly columns: number | undefined;
  /** Folder of the cluster of ./scripts/cluster. */
  readonly state: string;
}
