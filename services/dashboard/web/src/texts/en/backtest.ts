/** Trying an edited monitor on what was seen before. */
export const backtest = {} as const;
