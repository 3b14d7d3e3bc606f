/** The words of a mail to a person about their own account. Pure. */
import type { AccountMailRequest, AccountNotice } from '../../core/contracts/accountMail.ts';
import { oneLine, safeLink, type Content, type Segment } from '../template.ts';
import { minuteOf, named } from './words.ts';

interface Words {
  /** For the subject, where it is the only one. */
  readonly title: string;
  readonly what: string;
  /** What to do when it was not oneself. */
  readonly otherwise: string;
}

const SIGN_OUT = 'sign in, end all sessions and look through your tokens and second factors';
const ASK = 'ask an administrator of the installation';

type Said = Pick<AccountMailRequest, 'notices' | 'more' | 'link'>;

/** One notice is told by its name, several by how many they are. */
export function renderAccountMail({ notices, more, link }: Said): Content {
  const all = notices.map(({ at, notice }) => ({ at, ...wordsOf(notice) }));
  const count = all.length + more;
  const [first] = all;
  const title = count === 1 && first ? first.title : `${count} changes to your account`;
  const lines = all.map(({ at, what }) => `${minuteOf(at)}: ${what}`);
  const rest = more > 0 ? [`… and ${more} more.`] : [];
  const advice = [...new Set(all.map(({ otherwise }) => otherwise))].join('; ');
  const body: Segment[] = [
    { kind: 'text', text: `${title}.\n\n${[...lines, ...rest].join('\n')}\n\nDashboard: ` },
    { kind: 'link', url: safeLink(link), label: 'Open duckmon' },
    {
      kind: 'text',
      text: `\n\nIf that was you, there is nothing to do. If not: ${advice}.\n\nThis mail goes to you because it is about your own account; it cannot be switched off.`,
    },
  ];
  return { subject: oneLine(`[duckmon] ${title}`), body };
}

function wordsOf(notice: AccountNotice): Words {
  switch (notice.kind) {
    case 'refreshReused':
      return {
        title: 'Somebody may have a copy of one of your tokens',
        what: `a refresh token of the API token${named(notice.token)} in the workspace${named(notice.workspace)} was used twice, so that family of tokens has ended.`,
        otherwise: 'revoke that API token and make another one',
      };
    case 'factorChanged':
      return {
        title: 'Your second factors were changed',
        what: `${ofFactor(notice.action)}${named(notice.name)}.`,
        otherwise: notice.action === 'factors.reset' ? ASK : SIGN_OUT,
      };
    case 'sessionsEnded':
      return {
        title: 'You were signed out everywhere',
        what: 'all sessions of your account were ended.',
        otherwise: SIGN_OUT,
      };
    case 'accountDisabled':
      return {
        title: 'Your account was shut out',
        what: 'an administrator has shut out your account; all its sessions and tokens have ended.',
        otherwise: ASK,
      };
    default:
      return notice satisfies never;
  }
}

type FactorAction = Extract<AccountNotice, { kind: 'factorChanged' }>['action'];

const FACTORS: Readonly<Record<FactorAction, string>> = {
  'passkey.add': 'a passkey was added',
  'passkey.remove': 'a passkey was removed',
  'totp.add': 'an authenticator app was added',
  'totp.remove': 'the authenticator app was removed',
  'recovery-codes.new': 'new recovery codes were made, the old ones are void',
  'recovery-code.use': 'a recovery code was used',
  'factors.reset':
    'an administrator has removed all your second factors and ended all your sessions',
};

const ofFactor = (action: FactorAction): string => FACTORS[action];
