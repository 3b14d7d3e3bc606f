/** The single steps of a rotation, what it waits for, and what a step makes of a ring. */
import type { KeyEntry } from '../../../services/core/keyring.ts';

export type RotationStep =
  | {
      readonly kind: 'create';
      readonly entry: KeyEntry;
      readonly why: 'SecretAbsent' | 'SecretDamaged';
    }
  | { readonly kind: 'publish'; readonly entry: KeyEntry; readonly replaces: string | undefined }
  | {
      readonly kind: 'promote';
      readonly kid: string;
      /** Until when the key before stays valid. */
      readonly overlapEnds: Date;
      /** Readers whose calls begin to fail. */
      readonly cutOff: readonly string[];
    }
  | { readonly kind: 'drop'; readonly kid: string; readonly cutOff: readonly string[] };

/** What a rotation waits for; at `until` it goes on regardless. */
export type Waiting =
  | {
      readonly for: 'readers';
      readonly kid: string;
      /** Readers that do not have the key, or still sign with the one before. */
      readonly laggards: readonly string[];
      readonly until: Date;
    }
  | { readonly for: 'readersUnknown'; readonly kid: string; readonly until: Date }
  | { readonly for: 'publication' | 'overlap'; readonly kid: string; readonly until: Date };

/** The ring after a step. */
export function applyStep(keys: readonly KeyEntry[], step: RotationStep): readonly KeyEntry[] {
  switch (step.kind) {
    case 'create':
      return [step.entry];
    case 'publish':
      return [...keys.filter(({ kid }) => kid !== step.replaces), step.entry];
    case 'promote':
      return keys.map((key) => promoted(key, step));
    case 'drop':
      return keys.filter(({ kid }) => kid !== step.kid);
    default:
      return step satisfies never;
  }
}

function promoted(key: KeyEntry, step: RotationStep & { kind: 'promote' }): KeyEntry {
  if (key.kid === step.kid) return { ...key, state: 'current' };
  if (key.state !== 'current') return key;
  return { ...key, state: 'previous', notAfter: step.overlapEnds.toISOString() };
}
