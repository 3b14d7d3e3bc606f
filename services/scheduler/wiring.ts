/** Puts the scheduler's parts together from configuration and what was given. */
import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { systemClock, type Clock } from '../core/clock.ts';
import { DEFAULT_CAPS, issueCredential } from '../core/egress/credential.ts';
import { noFailpoint, type Failpoint } from '../core/failpoint.ts';
import { newId, type IdSource } from '../core/ids.ts';
import { addressesOf, type Resolve } from '../core/internal/addresses.ts';
import type { InternalClient } from '../core/internal/client.ts';
import { createServiceClient } from '../core/internal/pods.ts';
import type { Log } from '../core/log.ts';
import type { KeySource } from '../core/serviceKeys.ts';
import type { TokenSource } from '../core/workloadIdentity/tokens.ts';
import { commitUnchanged } from '../store/commit.ts';
import { createModelsSource } from './check/models.ts';
import { createPlainCommitter } from './check/unchanged.ts';
import type { SchedulerConfig } from './config.ts';
import type { SchedulerDeps } from './deps.ts';
import { createHostGate } from './politeness.ts';
import { createLoad } from './projection/load.ts';
import { createQuotas } from './quotas.ts';
import { watchDataKeys, type DataKeys } from './secrets/dataKey.ts';
import { createAuthenticators } from './secrets/authenticators.ts';
import { createSecretReader } from './secrets/reader.ts';
import { createSeals } from './secrets/tend.ts';
import { createWorkers } from './workers/workers.ts';

/** What may be given instead of production's own. */
export interface StartDeps {
  readonly log: Log;
  /** Replaces the database's time. */
  readonly clock: Clock;
  readonly failpoint: Failpoint;
  readonly keys: KeySource;
  /** In a cluster: the tokens of the pod's account. */
  readonly tokens: TokenSource | undefined;
  readonly dataKeys: DataKeys;
  readonly newId: IdSource;
  readonly newToken: () => string;
  readonly random: () => number;
  readonly pool: pg.Pool;
  /** Every address of a host; a headless Service has one a pod. */
  readonly resolve: Resolve;
  /** How long to wait at the start for a scheduler of the same name to be gone, in ms. */
  readonly nameWaitMs: number;
  /** Local mode only: the raw internal key. */
  readonly rawKey: () => string | undefined;
}

/** What the caller must have made itself. */
export type Made = Partial<StartDeps> & Pick<StartDeps, 'log' | 'keys' | 'clock' | 'pool'>;

/** All that checks, deliveries and sweeps need; the clients are closed at the end. */
export function wireDeps(
  config: SchedulerConfig,
  given: Made,
  metrics: SchedulerDeps['metrics'],
): { deps: SchedulerDeps; clients: readonly Pick<InternalClient, 'close'>[] } {
  const { log, keys, clock, pool } = given;
  const calls = {
    keys,
    tokens: given.tokens,
    // requests are signed with the machine's time, by which the other services check them
    clock: { ...systemClock, monotonic: () => clock.monotonic() },
    resolve: given.resolve ?? addressesOf,
  };
  const notification = createServiceClient({
    ...calls,
    caller: 'scheduler',
    callee: 'notification',
    baseUrl: config.notificationUrl,
  });
  const workers = createWorkers({
    ...calls,
    time: clock,
    urls: { browser: config.browserUrl, llm: config.llmUrl },
  });
  const dataKeys =
    given.dataKeys ??
    watchDataKeys(config.dataKeyFile, (err) => log.error({ err }, 'data key file unreadable'));
  const deps: SchedulerDeps = {
    pool,
    clock,
    log,
    metrics,
    workers,
    notification,
    newId: given.newId ?? newId,
    newToken: given.newToken ?? (() => randomBytes(32).toString('base64url')),
    random: given.random ?? Math.random,
    failpoint: given.failpoint ?? noFailpoint,
    models: createModelsSource(workers, clock),
    load: createLoad(),
    gate: createHostGate({
      intervalMs: config.hostIntervalMs,
      concurrency: config.hostConcurrency,
      clock,
    }),
    quotas: createQuotas(pool, clock),
    secrets: createSecretReader(pool, dataKeys, clock),
    authenticators: createAuthenticators(dataKeys, clock),
    seals: createSeals(pool, dataKeys, clock),
    plain: createPlainCommitter((rows) => commitUnchanged(pool, rows), systemClock),
    credential: ({ workspace, monitor, checkId, ms }) =>
      issueCredential(keys, {
        issuer: 'scheduler',
        workspace,
        subject: monitor,
        id: checkId,
        expires: systemClock.now().getTime() + Math.min(ms, DEFAULT_CAPS.maxMs) + 10_000,
        ...DEFAULT_CAPS,
      }),
    settings: {
      owner: config.owner,
      publicUrl: config.publicUrl,
      workspaceCaps: config.workspaceCaps,
      platformCaps: config.platformCaps,
      judgeDeadlineMs: config.judgeDeadlineMs,
      trustedRecipients: config.trustedRecipients,
    },
  };
  return { deps, clients: [workers, notification] };
}
