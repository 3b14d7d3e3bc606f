/** Money and tokens of judging: estimate before, cost after, and what to do when a cap is near. */
import type { Budget } from '../../crds/types/monitorjob.ts';
import { parseDecimal, type Decimal } from './number.ts';

/** US dollars for a million tokens, as decimal strings. */
export interface Price {
  readonly input: string;
  readonly cached: string;
  readonly output: string;
}

export interface Tokens {
  /** All input tokens, cached ones included. */
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

/** What one call may cost at most; money in millionths of a US dollar, null when no price is known. */
export interface Estimate {
  readonly tokens: number;
  readonly microUsd: bigint | null;
}

/** Caps and use of one month; a cap that is null does not apply. */
export interface BudgetState {
  readonly capMicroUsd: bigint | null;
  /** Reserved and spent. */
  readonly usedMicroUsd: bigint;
  readonly capTokens: number | null;
  readonly usedTokens: number;
}

/** The ladder: full model, small model, conditions only, pause. */
export type Degrade = 'full' | 'small' | 'conditionsOnly' | 'pause';

const MICRO_SCALE = 6;

/**
 * An upper bound for one call, so that a reservation can never be overrun: a byte-level tokenizer
 * makes no more tokens than there are bytes.
 * @param request UTF-8 bytes of the whole request and the most tokens that the answer may have
 * @param price undefined when the model has no known price: then only token caps apply
 */
export function estimate(
  request: { readonly bytes: number; readonly maxOutputTokens: number },
  price: Price | undefined,
): Estimate {
  const tokens = { input: request.bytes, cached: 0, output: request.maxOutputTokens };
  return { tokens: tokens.input + tokens.output, microUsd: price ? costOf(tokens, price) : null };
}

/**
 * Exact cost in millionths of a US dollar, rounded up to the next one.
 * @throws RangeError when a price is not a decimal number ≥ 0
 */
export function costOf(tokens: Tokens, price: Price): bigint {
  const cached = Math.min(tokens.cached, tokens.input);
  const parts = [
    scalePrice(tokens.input - cached, price.input),
    scalePrice(cached, price.cached),
    scalePrice(tokens.output, price.output),
  ];
  const scale = Math.max(...parts.map((part) => part.scale));
  const sum = parts.reduce(
    (total, part) => total + part.digits * 10n ** BigInt(scale - part.scale),
    0n,
  );
  return divideUp(sum, 10n ** BigInt(scale));
}

/** Whether a call of this size still fits under both caps. */
export function fits(state: BudgetState, call: Estimate): boolean {
  const money =
    state.capMicroUsd === null ||
    call.microUsd === null ||
    state.usedMicroUsd + call.microUsd <= state.capMicroUsd;
  const tokens = state.capTokens === null || state.usedTokens + call.tokens <= state.capTokens;
  return money && tokens;
}

/**
 * The highest step of the ladder that the budget still carries.
 * @param small estimate for the small model, undefined when there is none
 */
export function degrade(
  state: BudgetState,
  onExceeded: Budget['onExceeded'],
  full: Estimate,
  small?: Estimate,
): Degrade {
  if (fits(state, full)) return 'full';
  switch (onExceeded) {
    case 'SmallModel':
      return small && fits(state, small) ? 'small' : 'conditionsOnly';
    case 'ConditionsOnly':
      return 'conditionsOnly';
    case 'Pause':
      return 'pause';
    default:
      return onExceeded satisfies never;
  }
}

/** First day of the month, UTC, as it is stored: "2026-11-01". */
export const monthKey = (at: Date): string => `${at.toISOString().slice(0, 7)}-01`;

/**
 * Reads US dollars into millionths; digits beyond are cut, so a cap is never raised.
 * @throws RangeError when it is not a decimal number ≥ 0
 */
export function parseUsd(text: string): bigint {
  const { digits, scale } = parsePrice(text);
  return scale <= MICRO_SCALE
    ? digits * 10n ** BigInt(MICRO_SCALE - scale)
    : digits / 10n ** BigInt(scale - MICRO_SCALE);
}

/** Writes millionths as US dollars with six decimals: "0.001234". */
export function formatUsd(micro: bigint): string {
  const digits = micro.toString().padStart(MICRO_SCALE + 1, '0');
  return `${digits.slice(0, -MICRO_SCALE)}.${digits.slice(-MICRO_SCALE)}`;
}

/** Dollars for a million tokens are millionths of a dollar for one. */
function scalePrice(tokens: number, price: string): Decimal {
  const { digits, scale } = parsePrice(price);
  return { digits: digits * BigInt(Math.max(0, Math.ceil(tokens))), scale };
}

function parsePrice(text: string): Decimal {
  const value = parseDecimal(text.trim());
  if (!value || value.digits < 0n)
    throw new RangeError(
      `"${text}" is not an amount in US dollars; write it as a decimal such as 0.15.`,
    );
  return value;
}

const divideUp = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;
