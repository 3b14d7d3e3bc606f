/** Signing in, and confirming who one is. */
export const signIn = {} as const;
