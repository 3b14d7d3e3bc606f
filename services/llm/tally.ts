/** Adds up what the attempts of one judgement used and cost. */
import type { z } from 'zod';
import type { provenance } from '../core/contracts/llm.ts';
import { costOf, formatUsd, type Tokens } from '../domain/budget.ts';
import { SCHEMA_VERSION } from '../domain/verdict.ts';
import { priceOf, type Prices } from './prices.ts';
import { PROMPT_VERSION } from './rules.ts';

export type Provenance = z.infer<typeof provenance>;

/** One attempt that the provider charges for. */
export interface Charge {
  /** The model that was asked for. */
  readonly asked: string;
  /** The model id as answered; empty when no answer named one. */
  readonly answered: string;
  readonly tokens: Tokens;
}

export interface Tally {
  /** Counts one request, charged or not. */
  attempt(): void;
  charge(charge: Charge): void;
  /** @param latencyMs from the first request to the last answer. */
  provenance(provider: string, latencyMs: number): Provenance;
}

/** A tally of nothing yet. `fallbackModel` is named while no model has answered. */
export function createTally(prices: Prices, fallbackModel: string): Tally {
  const charges: Charge[] = [];
  let attempts = 0;
  const sum = (pick: (tokens: Tokens) => number): number =>
    charges.reduce((total, { tokens }) => total + pick(tokens), 0);
  return {
    attempt: () => {
      attempts += 1;
    },
    charge: (charge) => {
      charges.push(charge);
    },
    provenance: (provider, latencyMs) => {
      const last = charges.at(-1);
      return {
        provider,
        model: last === undefined ? fallbackModel : last.answered || last.asked,
        promptVersion: PROMPT_VERSION,
        schemaVersion: SCHEMA_VERSION,
        tokensIn: sum(({ input }) => input),
        tokensCached: sum(({ cached }) => cached),
        tokensOut: sum(({ output }) => output),
        costUsd: totalCost(charges, prices),
        latencyMs: Math.max(0, Math.round(latencyMs)),
        attempts,
        cacheHit: false,
      };
    },
  };
}

/** US dollars with six decimals; null as soon as one charged model has no known price. */
function totalCost(charges: readonly Charge[], prices: Prices): string | null {
  let micro = 0n;
  for (const { asked, answered, tokens } of charges) {
    const price = priceOf(prices, answered) ?? priceOf(prices, asked);
    if (!price) return null;
    micro += costOf(tokens, price);
  }
  return formatUsd(micro);
}

/** A guess for answers that come without a count: four bytes a token. */
export const guessTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4);
