/** Members of a workspace, invitations and quotas. */
export const members = {} as const;
