/** Runs kubectl as a person would, and keeps what it says. */
import { execFile } from 'node:child_process';

/** kubectl ended with an error; the message is what it said. */
export class KubectlError extends Error {
  override name = 'KubectlError';
  readonly code: number;

  constructor(args: readonly string[], code: number, said: string) {
    super(`kubectl ${args.join(' ')} ended with ${code}: ${said.trim()}`);
    this.code = code;
  }
}

/**
 * Runs it and returns what it printed.
 * @param input its standard input, for `-f -`
 * @throws KubectlError
 */
export type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

const MAX_OUTPUT = 64 * 1024 * 1024;

/**
 * A kubectl for one cluster.
 * @param cache folder for what it remembers of the API
 */
export function createKubectl(program: string, kubeconfig: string, cache: string): Kubectl {
  const env = { ...process.env, KUBECONFIG: kubeconfig, KUBECACHEDIR: cache };
  return (args, input) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const options = { env, maxBuffer: MAX_OUTPUT };
    const child = execFile(program, args, options, (error, output, said) => {
      if (!error) resolve(output);
      else if (typeof error.code === 'number') reject(new KubectlError(args, error.code, said));
      else reject(error);
    });
    // It may end without having read all; its exit code says whether that was an error.
    child.stdin?.on('error', () => {}).end(input ?? '');
    return promise;
  };
}
