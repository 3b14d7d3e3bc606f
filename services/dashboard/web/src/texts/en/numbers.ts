/** Numbers that monitors read, in words. */
export const numbers = {} as const;
