/** How a service is told to ask for tokens of service accounts. */
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { ServiceName } from '../contracts/ports.ts';
import type { Log } from '../log.ts';
import { createTokenCheck, type TokenCheck } from './check.ts';
import { watchClusterKeys } from './clusterKeys.ts';

/** `required`: callers show a token of their account as well. `off`: the signature alone counts. */
export const workloadIdentity = () =>
  z.enum(['required', 'off'], { error: 'must be required or off' }).default('off');
export type WorkloadIdentity = z.infer<ReturnType<typeof workloadIdentity>>;

export interface IdentityConfig {
  readonly workloadIdentity?: WorkloadIdentity | undefined;
  /** What the cluster's tokens are checked with stands beside it. */
  readonly keysFile: string;
}

/** The check that the configuration asks for; undefined for none. */
export const tokenCheckOf = (
  { workloadIdentity: asked = 'off', keysFile }: IdentityConfig,
  service: ServiceName,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): TokenCheck | undefined =>
  asked === 'off'
    ? undefined
    : createTokenCheck({ service, cluster: watchClusterKeys(keysFile, log), clock });
