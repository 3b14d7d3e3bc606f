/** Quantities of Kubernetes as numbers, as far as our own kinds and variables take them. */

const FACTORS: Readonly<Record<string, number>> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/**
 * The bytes of a quantity such as `1Gi` or `500M`, rounded up as the API server does.
 * @throws Error for a text that the schema refuses.
 */
export function bytesOf(quantity: string): number {
  const [, amount, unit = ''] = /^([0-9.]+)([A-Za-z]*)$/.exec(quantity) ?? [];
  const bytes = Math.ceil(Number(amount) * (FACTORS[unit] ?? Number.NaN));
  if (!Number.isFinite(bytes)) throw new Error(`"${quantity}" is no quantity.`);
  return bytes;
}
