/** Conditions of a status: what is true of an object, since when, and seen at which generation. Pure. */
import { secondsTime } from './times.ts';

export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** What a controller says; the rest is filled in. */
export interface ConditionClaim<Type extends string = string, Reason extends string = string> {
  readonly type: Type;
  readonly status: ConditionStatus;
  readonly reason: Reason;
  readonly message: string;
}

export interface Condition<
  Type extends string = string,
  Reason extends string = string,
> extends ConditionClaim<Type, Reason> {
  readonly observedGeneration: number;
  /** RFC 3339, in seconds; moves only when the status flips. */
  readonly lastTransitionTime: string;
}

/** What a pass saw. */
export interface Observation {
  readonly generation: number;
  readonly now: Date;
}

/** What the API server takes as a reason. */
const REASON = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/;
const REASON_LENGTH = 1024;
/** Of a message, in characters. */
const MESSAGE_LENGTH = 4096;

/**
 * The conditions after a pass: claims over what was there, in the old order, new types last. What
 * nobody claims anew is kept. Every one carries the new generation, for `kubectl wait` waits for it.
 * @throws when a reason is one that the API server refuses.
 */
export function mergeConditions<Type extends string, Reason extends string>(
  existing: readonly Condition<Type, Reason>[],
  claims: readonly ConditionClaim<Type, Reason>[],
  { generation, now }: Observation,
): readonly Condition<Type, Reason>[] {
  const claimed = new Map(claims.map((claim) => [claim.type, checked(claim)]));
  const before = new Map(existing.map((condition) => [condition.type, condition]));
  const types = new Set([...before.keys(), ...claimed.keys()]);
  return [...types].flatMap((type) => {
    const old = before.get(type);
    const claim = claimed.get(type) ?? old;
    if (!claim) return [];
    const { status, reason, message } = claim;
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : secondsTime(now);
    return [{ type, status, reason, message, observedGeneration: generation, lastTransitionTime }];
  });
}

function checked<Type extends string, Reason extends string>(
  claim: ConditionClaim<Type, Reason>,
): ConditionClaim<Type, Reason> {
  if (!REASON.test(claim.reason) || claim.reason.length > REASON_LENGTH)
    throw new Error(`"${claim.reason}" cannot be the reason of the condition ${claim.type}.`);
  return { ...claim, message: claim.message.slice(0, MESSAGE_LENGTH) };
}

export const findCondition = <Type extends string, Reason extends string>(
  conditions: readonly Condition<Type, Reason>[] | undefined,
  type: Type,
): Condition<Type, Reason> | undefined => conditions?.find((one) => one.type === type);

/** Whether the condition is True, and was so seen at this generation when one is given. */
export function isTrue<Type extends string>(
  conditions: readonly Condition<Type>[] | undefined,
  type: Type,
  generation?: number,
): boolean {
  const found = findCondition(conditions, type);
  return (
    found?.status === 'True' && (generation === undefined || found.observedGeneration >= generation)
  );
}

/** Whether something that people wait for turned: a type came or went, a status, a generation. */
export function turned(
  before: readonly Condition[] | undefined,
  after: readonly Condition[] | undefined,
): boolean {
  const essence = (conditions: readonly Condition[] = []): string =>
    conditions
      .map(({ type, status, observedGeneration }) => `${type}=${status}@${observedGeneration}`)
      .sort()
      .join();
  return essence(before) !== essence(after);
}
