/** Members of a workspace, invitations and quotas. */
import type { members as english } from '../en/members.ts';
import type { Translation } from '../texts.ts';

export const members: Translation<typeof english> = {};
