/** Trying an edited monitor on what was seen before. */
import type { backtest as english } from '../en/backtest.ts';
import type { Translation } from '../texts.ts';

export const backtest: Translation<typeof english> = {};
