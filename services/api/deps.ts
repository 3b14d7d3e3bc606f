/** What the routes of the api work with. */
import type { Pool } from 'pg';
import type { Clock } from '../core/clock.ts';
import type { IdSource } from '../core/ids.ts';
import type { InternalClient } from '../core/internal/client.ts';
import type { Log } from '../core/log.ts';
import type { Metrics } from '../core/metrics.ts';
import type { ReadPlatform } from './cluster/platform.ts';
import type { ApiConfig } from './config.ts';
import type { EventHub } from './events.ts';
import type { AccessTokens } from './identity/accessToken.ts';
import type { SignIn } from './identity/open.ts';
import type { Memberships } from './memberships.ts';
import type { ObjectWriter } from './writer.ts';

export interface ApiDeps {
  readonly config: ApiConfig;
  /** Connections of the role mon_api. */
  readonly pool: Pool;
  readonly scheduler: InternalClient;
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly events: EventHub;
  /** Sign-in by an OpenID provider, where one is configured. */
  readonly signIn: SignIn | undefined;
  readonly accessTokens: AccessTokens;
  readonly memberships: Memberships;
  readonly readPlatform: ReadPlatform;
  /** The way to monitors, channels and secrets. */
  readonly objects: ObjectWriter;
}
