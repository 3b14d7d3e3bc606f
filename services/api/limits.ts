/** How often one caller may ask: counted in Redis for all replicas, and more strictly here without it. */
import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  RLWrapperTimeouts,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';
import { HttpError } from '../core/errors.ts';
import type { RedisConnection } from '../core/redis/connection.ts';
import type { ApiConfig } from './config.ts';
import type { Principal } from './principal.ts';

/** `signIn` counts by address and for all addresses together; `costly` by person. */
export type LimitKind = 'signIn' | 'costly';

export interface Limits {
  /** Counts every request by its address. */
  readonly everything: RequestHandler;
  /** Counts a request of a kind. @throws HttpError `too_many_requests` */
  check(kind: LimitKind, request: Request, principal: Principal | undefined): Promise<void>;
}

const WINDOW_SECONDS = 60;
/** As long as Redis may take; a healthy one takes less than a hundredth of it. */
const REDIS_MS = 250;
/** Each replica counts by itself without Redis; so many together let through no more than before. */
const MOST_REPLICAS = 3;
/** Sign-ins from everywhere, in those of one address. */
const ADDRESSES_AT_ONCE = 20;

type Settings = Pick<ApiConfig, 'RATE_LIMIT' | 'SIGN_IN_RATE_LIMIT' | 'COSTLY_RATE_LIMIT'>;

/** @param redis absent where there is one process alone. */
export function openLimits(config: Settings, redis: RedisConnection | undefined): Limits {
  const limiter = (keyPrefix: string, points: number): RateLimiterAbstract =>
    openLimiter(redis, `duckmon:limit:${keyPrefix}`, points);
  const all = limiter('all', config.RATE_LIMIT);
  const signIn = limiter('sign-in', config.SIGN_IN_RATE_LIMIT);
  const signInEverywhere = limiter('sign-ins', config.SIGN_IN_RATE_LIMIT * ADDRESSES_AT_ONCE);
  const costly = limiter('costly', config.COSTLY_RATE_LIMIT);
  return {
    everything: async (request, _response, next) => {
      await consume(all, addressOf(request));
      next();
    },
    check: async (kind, request, principal) => {
      switch (kind) {
        case 'signIn':
          await consume(signIn, addressOf(request));
          return consume(signInEverywhere, '');
        case 'costly':
          return consume(costly, principal?.userId ?? addressOf(request));
        default:
          return kind satisfies never;
      }
    },
  };
}

function openLimiter(
  redis: RedisConnection | undefined,
  keyPrefix: string,
  points: number,
): RateLimiterAbstract {
  const duration = WINDOW_SECONDS;
  if (!redis) return new RateLimiterMemory({ keyPrefix, points, duration });
  const strict = Math.max(1, Math.floor(points / MOST_REPLICAS));
  const shared = new RateLimiterRedis({
    keyPrefix,
    points,
    duration,
    storeClient: redis.client,
    useRedisPackage: true,
    rejectIfRedisNotReady: true,
    // who is over the limit costs Redis nothing more
    inMemoryBlockOnConsumed: points + 1,
  });
  // The wrapper's alone: the other one would count again what fails after its time was over.
  const insuranceLimiter = new RateLimiterMemory({ keyPrefix, points: strict, duration });
  return new RLWrapperTimeouts({ limiter: shared, insuranceLimiter, timeoutMs: REDIS_MS });
}

async function consume(limiter: RateLimiterAbstract, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    throw new HttpError('too_many_requests', 'Too many requests; wait a moment', {
      retryAfterSeconds: Math.max(1, error.msBeforeNext / 1000),
    });
  }
}

/** Of the peer, or what a proxy of ours says; a whole network of IPv6, of which anybody has one. */
const addressOf = ({ ip }: Request): string => ipKeyGenerator(ip ?? '');
