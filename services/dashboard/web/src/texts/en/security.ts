/** Passkeys, authenticator app and recovery codes. */
export const security = {} as const;
