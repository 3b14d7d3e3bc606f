/** Where alerts go to. */
export const channels = {} as const;
