/** What pods must know to check tokens of service accounts offline; the operator hands it on. */
import path from 'node:path';
import { z } from 'zod';
import type { Log } from '../log.ts';
import { watchFile } from '../watchedFile.ts';

/** Beside `keys.json` in the small Secret of each service. */
export const CLUSTER_KEYS_FILE = 'cluster-keys.json';

/** A public key as a JWK (RFC 7517); private parts are not taken in. */
const publicKey = z.object({
  kid: z.string().min(1),
  kty: z.enum(['RSA', 'EC']),
  alg: z.string().exactOptional(),
  use: z.string().exactOptional(),
  n: z.string().exactOptional(),
  e: z.string().exactOptional(),
  crv: z.string().exactOptional(),
  x: z.string().exactOptional(),
  y: z.string().exactOptional(),
});

export const clusterKeys = z.object({
  /** Of every token of the cluster. */
  issuer: z.string().min(1),
  /** Of the platform, where the accounts of all callers are. */
  namespace: z.string().min(1),
  keys: z.array(publicKey).min(1),
});
export type ClusterKeys = z.infer<typeof clusterKeys>;

/** What is known now, the same object until it changes; undefined before the operator has said it. */
export type ClusterKeysSource = () => ClusterKeys | undefined;

/**
 * Reads what stands beside the key file, and reads it again when it changes; one that cannot be read
 * leaves the last good one in force and is logged once.
 */
export function watchClusterKeys(
  keysFile: string,
  log: Pick<Log, 'error'>,
  checkEveryMs = 1000,
): ClusterKeysSource {
  const report = (error: unknown): void =>
    log.error(
      { err: error },
      `${CLUSTER_KEYS_FILE} cannot be read; what was read last is in force`,
    );
  return watchFile<ClusterKeys | undefined>(path.join(path.dirname(keysFile), CLUSTER_KEYS_FILE), {
    parse: (text) => clusterKeys.parse(JSON.parse(text)),
    atFirst: (error) => {
      report(error);
      return undefined;
    },
    onProblem: report,
    checkEveryMs,
  });
}
