/** One check, with its verdicts and evidence. */
export const check = {} as const;
