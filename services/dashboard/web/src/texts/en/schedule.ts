/** How often a monitor checks. */
export const schedule = {} as const;
