/** One monitor, with its history. */
export const monitor = {} as const;
