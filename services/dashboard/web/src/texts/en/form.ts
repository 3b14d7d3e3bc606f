/** The form of a new or edited monitor. */
export const form = {} as const;
