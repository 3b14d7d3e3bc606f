/** Feeds of findings. */
export const feeds = {} as const;
