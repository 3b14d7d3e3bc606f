/** An amount of memory in an environment variable. */
import { z } from 'zod';

const UNITS: Readonly<Record<string, number>> = {
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};
const AMOUNT = /^(\d{1,15}(?:\.\d{1,6})?)(k|M|G|T|Ki|Mi|Gi|Ti)?$/;

/** Bytes, or a quantity as Kubernetes writes it, such as `512Mi`; undefined when unset. */
export const bytes = () =>
  z
    .string()
    .regex(AMOUNT, 'must be a number of bytes or a quantity such as 512Mi or 1Gi')
    .transform((text) => {
      const [, amount, unit] = AMOUNT.exec(text) ?? [];
      return Number(amount) * (unit === undefined ? 1 : (UNITS[unit] ?? NaN));
    })
    .optional();
