/** A copy of all data, and deleting it. */
export const data = {} as const;
