/** The tokens of a pod's own account, which it shows to the services that it calls. */
import path from 'node:path';
import type { ServiceName } from '../contracts/ports.ts';
import type { Log } from '../log.ts';
import { watchFile } from '../watchedFile.ts';

/** For whom a token is made that is shown to a service. */
export const audienceOf = (service: ServiceName): string => `mon-${service}`;

/** The token for a service as it is now; undefined while there is none. */
export type TokenSource = (callee: ServiceName) => string | undefined;

/**
 * Reads the projected tokens in a folder, a file for each service that is called, and reads them
 * again when the kubelet has renewed them.
 * @param checkEveryMs how long an answer may be old.
 */
export function watchTokens(
  folder: string,
  log: Pick<Log, 'error'>,
  checkEveryMs = 1000,
): TokenSource {
  const files = new Map<ServiceName, () => string | undefined>();
  const watch = (callee: ServiceName): (() => string | undefined) => {
    const report = (error: unknown): void =>
      log.error(
        { err: error, callee },
        'the token for a service cannot be read; check WORKLOAD_TOKENS',
      );
    return watchFile<string | undefined>(path.join(folder, callee), {
      parse: tokenIn,
      atFirst: (error) => {
        report(error);
        return undefined;
      },
      onProblem: report,
      checkEveryMs,
    });
  };
  return (callee) => {
    const file = files.get(callee) ?? watch(callee);
    files.set(callee, file);
    return file();
  };
}

/** The tokens in the folder of the configuration; undefined where calls are only signed. */
export const tokensOf = (
  { tokensFolder }: { readonly tokensFolder?: string | undefined },
  log: Pick<Log, 'error'>,
): TokenSource | undefined =>
  tokensFolder === undefined ? undefined : watchTokens(tokensFolder, log);

function tokenIn(text: string): string {
  const token = text.trim();
  if (token === '') throw new Error('The file is empty.');
  return token;
}
