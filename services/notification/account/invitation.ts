/** The words of a mail that invites somebody, who may know nothing of us. Pure. */
import type { InvitationMailRequest } from '../../core/contracts/accountMail.ts';
import { oneLine, safeLink, type Content } from '../template.ts';
import { minuteOf, named } from './words.ts';

type Said = Pick<
  InvitationMailRequest,
  'to' | 'inviter' | 'workspace' | 'role' | 'expiresAt' | 'link'
>;

/** No token is in it: whoever reads the mail signs in with the address, which proves it. */
export function renderInvitation({ to, inviter, workspace, role, expiresAt, link }: Said): Content {
  const title = `${named(inviter).trim() || 'Somebody'} invited you to${named(workspace) || ' a workspace'} as ${role}`;
  return {
    subject: oneLine(`[duckmon] ${title}`),
    body: [
      {
        kind: 'text',
        text: `${title}.\n\nduckmon watches web pages and tells its people when something changes. To join, sign in with this address, ${to}; nothing happens until you do, and you can decline there. The invitation is good until ${minuteOf(expiresAt)}.\n\nSign in: `,
      },
      { kind: 'link', url: safeLink(link), label: 'Open duckmon' },
      {
        kind: 'text',
        text: '\n\nIf you do not expect this, do nothing.',
      },
    ],
  };
}
