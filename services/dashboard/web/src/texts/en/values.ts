/** The numbers of a monitor over time. */
export const values = {} as const;
