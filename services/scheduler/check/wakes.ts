/** When a monitor has to be looked at before its next slot. */
import type { Claim } from '../../store/claim.ts';

/** The times of all that waits: judgements, confirmations, what is tried again. */
export const wakesOf = ({
  pending,
  states,
  retry,
}: Pick<Claim, 'pending' | 'states' | 'retry'>): Date[] => [
  ...pending.map((entry) => entry.nextAttemptAt),
  ...states.flatMap((state) => (state.pending ? [new Date(state.pending.nextAt)] : [])),
  ...(retry ? [new Date(retry.at)] : []),
];
