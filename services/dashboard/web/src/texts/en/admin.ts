/** Administration of the installation. */
export const admin = {} as const;
