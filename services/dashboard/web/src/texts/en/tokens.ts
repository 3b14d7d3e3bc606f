/** Tokens of programs. */
export const tokens = {} as const;
