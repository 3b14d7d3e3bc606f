/** Pages that links in mails open. */
export const links = {} as const;
