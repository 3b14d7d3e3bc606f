/** What people see of a rotation of the data key: a condition and Events. Never a value. */
import type { SealedCount, SealedKind } from '../../../services/core/contracts/keys.ts';
import type { Reason } from '../names.ts';
import { SECRETS } from '../names.ts';
import type { DataTurnStep, DataTurnWaiting } from './dataTurn.ts';
import { list, normal, type KeyEvent } from './report.ts';

export interface DataKeyRotating {
  readonly type: 'DataKeyRotating';
  readonly status: 'True' | 'False';
  readonly reason: Reason<'MonitorPlatform', 'DataKeyRotating'>;
  readonly message: string;
}

const type = 'DataKeyRotating';

/** @param waiting undefined when no rotation is under way */
export function dataKeyRotating(waiting: DataTurnWaiting | undefined): DataKeyRotating {
  if (!waiting) return { type, status: 'False', reason: 'NotRotating', message: '' };
  const key = `key ${waiting.kid} of ${SECRETS.dataKey}`;
  const say = (reason: DataKeyRotating['reason'], message: string): DataKeyRotating => ({
    type,
    status: 'True',
    reason,
    message,
  });
  switch (waiting.for) {
    case 'publication':
      return say(
        'Publishing',
        `The new ${key} is published; it is used after ${waiting.until.toISOString()}.`,
      );
    case 'readersUnknown':
      return say(
        'ReadersUnknown',
        `The ${key} waits until the schedulers say which keys they have.`,
      );
    case 'readers':
      return say(
        'WaitingForReaders',
        `The ${key} waits for ${list(waiting.laggards)}; restart what hangs.`,
      );
    case 'count':
      return say(
        'SealingAgain',
        `The old ${key} stays until a scheduler has counted what still needs it.`,
      );
    case 'rows':
      return say('SealingAgain', `The old ${key} is still needed by ${rowsOf(waiting.uses)}.`);
    case 'settling':
      return say(
        'Settling',
        `Nothing needs the old ${key} any more; it goes after ${waiting.until.toISOString()}, when what was on its way has arrived.`,
      );
    default:
      return waiting satisfies never;
  }
}

const ROWS: Readonly<Record<SealedKind, string>> = {
  workspace: 'keys of workspaces, which are wrapped anew some thousands a minute',
  secret: 'Secrets of an older version, which are sealed again within a week',
  authenticator:
    'authenticator apps, each of which is sealed again with its next code or goes when an administrator resets it',
};

const rowsOf = (uses: SealedCount['uses']): string =>
  uses.map(({ kind, rows }) => `${rows} ${ROWS[kind]}`).join('; ');

/** One Event for each step that people look for. */
export function dataTurnEvents(steps: readonly DataTurnStep[]): KeyEvent[] {
  const secret = SECRETS.dataKey;
  return steps.flatMap((step): KeyEvent[] => {
    switch (step.kind) {
      case 'publish':
        return [normal('KeyPublished', `Published key ${step.entry.kid} of ${secret}`)];
      case 'promote':
        return [normal('KeyPromoted', `Key ${step.kid} of ${secret} seals from now on`)];
      case 'drop':
        return [
          normal(
            'KeyDropped',
            `Dropped key ${step.kid} of ${secret}: nothing needs it but backups from before`,
          ),
        ];
      case 'settle':
      case 'unsettle':
        return [];
      default:
        return step satisfies never;
    }
  });
}
