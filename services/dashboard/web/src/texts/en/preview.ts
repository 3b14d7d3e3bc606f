/** What a monitor sees before it is saved. */
export const preview = {} as const;
