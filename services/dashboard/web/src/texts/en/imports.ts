/** Bringing in monitors of other programs. */
export const imports = {} as const;
