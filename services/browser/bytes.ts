/** An amount of memory in an environment variable. */
import { z } from 'zod';
import { bytesOf } from '../core/quantity.ts';

/** Without thousandths, which are no bytes that anybody means. */
const AMOUNT = /^\d{1,15}(?:\.\d{1,6})?(?:k|M|G|T|Ki|Mi|Gi|Ti)?$/;

/** Bytes, or a quantity as Kubernetes writes it, such as `512Mi`; undefined when unset. */
export const bytes = () =>
  z
    .string()
    .regex(AMOUNT, 'must be a number of bytes or a quantity such as 512Mi or 1Gi')
    .transform(bytesOf)
    .optional();
