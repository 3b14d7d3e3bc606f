/** What models cost, as data, and the models that are asked when none are configured. */
import { z } from 'zod';
import type { Price } from '../domain/budget.ts';
import { SetupError } from '../core/errors.ts';

export type Prices = Readonly<Record<string, Price>>;

export const DEFAULT_MODELS: readonly string[] = ['gpt-5.4-mini', 'gpt-5.6-luna'];
export const DEFAULT_SMALL_MODEL = 'gpt-5.6-luna';

/**
 * US dollars for a million tokens at short context, from OpenAI's price list of November 2026.
 * Models that charge extra for filling their prompt cache stand with that higher input price, so
 * that no call costs more than is counted. LLM_PRICES overrides and adds.
 */
export const PRICES: Prices = {
  'gpt-5.6-sol': { input: '6.25', cached: '0.50', output: '30.00' },
  'gpt-5.6-terra': { input: '2.50', cached: '0.20', output: '12.00' },
  'gpt-5.6-luna': { input: '0.25', cached: '0.02', output: '1.20' },
  'gpt-5.5': { input: '5.00', cached: '0.50', output: '30.00' },
  'gpt-5.4': { input: '2.50', cached: '0.25', output: '15.00' },
  'gpt-5.4-mini': { input: '0.75', cached: '0.075', output: '4.50' },
  'gpt-5.4-nano': { input: '0.20', cached: '0.02', output: '1.25' },
  'gpt-5': { input: '1.25', cached: '0.125', output: '10.00' },
  'gpt-5-mini': { input: '0.25', cached: '0.025', output: '2.00' },
  'gpt-5-nano': { input: '0.05', cached: '0.005', output: '0.40' },
  'gpt-4.1': { input: '2.00', cached: '0.50', output: '8.00' },
  'gpt-4.1-mini': { input: '0.40', cached: '0.10', output: '1.60' },
  'gpt-4o': { input: '2.50', cached: '1.25', output: '10.00' },
  'gpt-4o-mini': { input: '0.15', cached: '0.075', output: '0.60' },
};

const amount = z.string().regex(/^\d{1,6}(\.\d{1,9})?$/, 'must be a decimal such as "0.25"');
const priceTable = z.record(
  z.string().min(1),
  z.strictObject({ input: amount, cached: amount, output: amount }),
);

/**
 * Reads LLM_PRICES, a JSON object `{"model": {"input": "0.25", "cached": "0.025", "output": "2"}}`.
 * @throws SetupError when it is not such an object.
 */
export function readPrices(text: string | undefined): Prices {
  if (text === undefined) return {};
  const parsed = priceTable.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new SetupError(
    'Wrong environment variables: LLM_PRICES must be a JSON object such as {"my-model": {"input": "0.25", "cached": "0.025", "output": "2.00"}}.',
  );
}

/** The price of a model; the dated name that a provider answers with counts as its plain name. */
export function priceOf(prices: Prices, model: string): Price | undefined {
  const plain = model.replace(/-\d{4}-\d{2}-\d{2}$/, '');
  for (const name of [model, plain]) if (Object.hasOwn(prices, name)) return prices[name];
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
