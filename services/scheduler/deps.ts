/** What the scheduler's parts are given: database, clock, services, and the words of the metrics. */
import type pg from 'pg';
import type { Clock } from '../core/clock.ts';
import type { Failpoint } from '../core/failpoint.ts';
import type { IdSource } from '../core/ids.ts';
import type { InternalClient } from '../core/internal/client.ts';
import type { Log } from '../core/log.ts';
import type { Caps } from '../store/budget.ts';
import type { HostGate } from './politeness.ts';
import type { SchedulerMetrics } from './metrics.ts';
import type { Quotas } from './quotas.ts';
import type { ModelsSource } from './check/models.ts';
import type { PlainCommitter } from './check/unchanged.ts';
import type { Load } from './projection/load.ts';
import type { Authenticators } from './secrets/authenticators.ts';
import type { SecretReader } from './secrets/reader.ts';
import type { Seals } from './secrets/tend.ts';
import type { Workers } from './workers/workers.ts';

export interface SchedulerDeps {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly newId: IdSource;
  /** 32 random bytes as text, for one-time links. */
  readonly newToken: () => string;
  /** In [0, 1); spreads retries. */
  readonly random: () => number;
  readonly log: Log;
  readonly failpoint: Failpoint;
  readonly metrics: SchedulerMetrics;
  /** Browsers and models: those of a monitor's pools, or the own services. */
  readonly workers: Workers;
  readonly notification: InternalClient;
  readonly models: ModelsSource;
  readonly gate: HostGate;
  readonly quotas: Quotas;
  readonly plain: PlainCommitter;
  readonly secrets: SecretReader;
  readonly authenticators: Authenticators;
  readonly seals: Seals;
  /** How long work takes, for those who plan capacity. */
  readonly load: Load;
  /** A signed credential for the egress proxy, for one check. */
  readonly credential: (check: CredentialSubject) => string;
  readonly settings: Settings;
}

export interface CredentialSubject {
  readonly workspace: string;
  readonly monitor: string;
  readonly checkId: string;
  /** How long the check may last, in ms. */
  readonly ms: number;
}

export interface Settings {
  /** Name of this process among the schedulers; a restart of it has the same. */
  readonly owner: string;
  /** The dashboard's address, for links in alerts. */
  readonly publicUrl: string;
  /** Caps of each workspace's month. */
  readonly workspaceCaps: Caps;
  /** Caps of the month of all workspaces together. */
  readonly platformCaps: Caps;
  readonly judgeDeadlineMs: number;
  /** Mail addresses that count as confirmed. */
  readonly trustedRecipients?: readonly string[] | undefined;
}
