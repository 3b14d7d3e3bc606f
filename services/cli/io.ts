/** Everything outside of the program that a command touches; tests hand in their own. */

export interface CliIo {
  /** Writes to standard output, as it is. */
  readonly out: (text: string) => void;
  /** Writes to standard error, as it is. */
  readonly err: (text: string) => void;
  /** All of standard input. */
  readonly readInput: () => Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The checkout or installation that this program is part of. */
  readonly root: string;
  /** Width of the terminal; undefined when standard output is no terminal. */
  readonly columns: number | undefined;
  readonly fetch: typeof fetch;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  readonly randomBytes: (count: number) => Buffer;
  /** Runs a program of ours under this node with the given environment added; its exit code. */
  readonly runNode: (
    script: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ) => Promise<number>;
  /** This machine's addresses on other networks than loopback. */
  readonly outsideAddresses: () => readonly string[];
}

/** Writes one line to standard output. */
export const print = (io: CliIo, line: string): void => io.out(`${line}\n`);
/** Writes one line to standard error. */
export const complain = (io: CliIo, line: string): void => io.err(`${line}\n`);
