/**
 * The key of what is encrypted at rest. It is made once: a new one in place of a lost one would only
 * hide that stored secrets cannot be read any more, and a backup would then be of no use.
 */
import type { KeyEntry, KeyState } from '../../../services/core/keyring.ts';
import { SECRETS, type EventReason, type Reason } from '../names.ts';
import type { RingState } from './ring.ts';

export interface DataKeyInput {
  readonly found: RingState;
  /** Whether the status has named a data key before. */
  readonly recorded: boolean;
  /** Whether anything is encrypted with it, as the scheduler says. */
  readonly ciphertext: 'none' | 'present' | 'unknown';
  readonly now: Date;
}

export interface DataKeyPlan {
  /** Undefined unless the Secret is to be made. */
  readonly create: KeyEntry | undefined;
  readonly condition: {
    readonly type: 'DataKeyLost';
    readonly status: 'True' | 'False';
    readonly reason: Reason<'MonitorPlatform', 'DataKeyLost'>;
    readonly message: string;
  };
  readonly event: EventReason | undefined;
}

/** Makes the data key at the first start; afterwards only while nothing is encrypted with it. */
export function planDataKey(
  { found, recorded, ciphertext, now }: DataKeyInput,
  newKey: (now: Date, state: KeyState) => KeyEntry,
): DataKeyPlan {
  const isThere = found.kind === 'present';
  if (isThere) return { create: undefined, condition: notLost, event: undefined };
  const isFirstStart = found.kind === 'absent' && !recorded && ciphertext === 'unknown';
  if (ciphertext === 'none' || isFirstStart)
    return { create: newKey(now, 'current'), condition: notLost, event: 'KeysCreated' };
  const reason = found.kind === 'absent' ? 'SecretDeleted' : 'SecretDamaged';
  return { create: undefined, condition: lost(reason), event: 'DataKeyLost' };
}

const notLost: DataKeyPlan['condition'] = {
  type: 'DataKeyLost',
  status: 'False',
  reason: 'NotLost',
  message: 'The data key is there.',
};

const lost = (reason: 'SecretDeleted' | 'SecretDamaged'): DataKeyPlan['condition'] => ({
  type: 'DataKeyLost',
  status: 'True',
  reason,
  message: `Secret ${SECRETS.dataKey} is ${reason === 'SecretDeleted' ? 'missing' : 'damaged'} while stored secrets are encrypted with it: restore it from the backup. It is never made anew.`,
});
