/** What an administrator did with an account, as a sentence. Pure. */
import { t } from '../texts/texts.ts';

export interface AccountEvent {
  readonly at: string;
  readonly action: string;
  readonly actor: string;
  readonly byName: string | null;
  readonly askedBy: string | null;
  readonly reason: string | null;
}

const DONE = {
  'user.disable': 'disable',
  'user.enable': 'enable',
  'user.sign-out': 'signOut',
  'user.grant-admin': 'grantAdmin',
  'user.revoke-admin': 'revokeAdmin',
  'factors.reset': 'reset',
  'account.export': 'export',
  'sign-in.link': 'link',
  'revoke-all': 'revokeAll',
} as const;

const isKnown = (action: string): action is keyof typeof DONE => Object.hasOwn(DONE, action);

function nameOf({ actor, byName, askedBy: name }: AccountEvent): string {
  if (byName !== null) return byName;
  if (actor.startsWith('user:')) return t('account.who.gone');
  if (actor === 'kubectl')
    return name === null ? t('account.who.byKubectl') : t('account.who.namedByKubectl', { name });
  return name === null ? t('account.who.onMachine') : t('account.who.namedOnMachine', { name });
}

/** Such as "Ann shut you out: left the company". */
export function accountEventWords(event: AccountEvent): string {
  const { action, reason } = event;
  const who = nameOf(event);
  const done = isKnown(action)
    ? t(`account.did.${DONE[action]}`, { who })
    : t('account.did.other', { who, action });
  return reason === null ? done : `${done}: ${reason}`;
}
