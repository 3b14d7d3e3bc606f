/** Looks now and then whether the Secrets of the cluster's channels are there, by asking notification. */
import { namedTargetOf, secretsOf } from '../../core/channelTarget.ts';
import { isSecretProblem, type SecretState } from '../../core/contracts/channelSecret.ts';
import { CHANNEL_CHECK_PATH, channelCheckResult } from '../../core/contracts/notification.ts';
import { messageOf } from '../../core/errors.ts';
import {
  claimSecretChecks,
  nextSecretCheckAt,
  noteSecretState,
  type SecretCheck,
} from '../../store/channelSecrets.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { SchedulerDeps } from '../deps.ts';

export type SecretCheckDeps = Pick<SchedulerDeps, 'pool' | 'clock' | 'notification' | 'log'>;

export interface SecretChecks {
  /**
   * Looks at some of the channels that are due.
   * @returns how many deliveries were set free, and when to come again
   */
  run(): Promise<{ readonly released: number; readonly nextAt: Date | undefined }>;
}

/** A few at a time: each is a request to the API server. */
const BATCH = 20;
const ASK_MS = 10_000;
/** A Secret that is missing is waited for, */
const MISSING_MS = 15_000;
/** one that is there is seldom taken away, and a delivery notices. */
const FOUND_MS = 5 * 60_000;

/** Remembers only whether notification could be asked. */
export function createSecretChecks(deps: SecretCheckDeps): SecretChecks {
  let away = false;
  const look = async (check: SecretCheck): Promise<number> => {
    try {
      const state = await stateOf(check, deps);
      away = false;
      const now = deps.clock.now();
      const nextAt = new Date(now.getTime() + (isSecretProblem(state) ? MISSING_MS : FOUND_MS));
      return await withWorkspace(deps.pool, check.workspace, (tx) =>
        noteSecretState(tx, check, state, { now, nextAt }),
      );
    } catch (error) {
      const { workspace, name: channel } = check;
      const said = { workspace, channel, reason: messageOf(error) };
      if (!away) deps.log.warn(said, 'notification cannot say whether Secrets are there');
      away = true;
      return 0;
    }
  };
  return {
    run: async () => {
      const now = deps.clock.now();
      const againAt = new Date(now.getTime() + MISSING_MS);
      const due = await claimSecretChecks(deps.pool, { now, againAt, limit: BATCH });
      const released = await Promise.all(due.map(look));
      return {
        released: released.reduce((sum, count) => sum + count, 0),
        nextAt: await nextSecretCheckAt(deps.pool, now),
      };
    },
  };
}

/** @throws InternalCallError when notification cannot tell */
async function stateOf(
  { spec, namespace }: SecretCheck,
  { notification }: SecretCheckDeps,
): Promise<SecretState> {
  const target = namedTargetOf(spec);
  const secrets = target ? secretsOf(target) : [];
  if (secrets.length === 0) return { kind: 'notNeeded' };
  return notification.post(CHANNEL_CHECK_PATH, { namespace, secrets }, channelCheckResult, {
    timeoutMs: ASK_MS,
    repeatable: true,
  });
}
