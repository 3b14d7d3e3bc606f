/** The second factors of the person who is signed in. */
import { useQuery } from '@tanstack/react-query';
import { get } from '../api.ts';
import { t } from '../texts/texts.ts';

export interface Passkey {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

export interface FactorChange {
  readonly id: string;
  readonly at: string;
  readonly action: string;
  readonly name: string;
}

export interface Factors {
  readonly mayEnrol: boolean;
  readonly passkeys: readonly Passkey[];
  readonly passkeysImpossible: string | null;
  readonly app: { readonly confirmedAt: string | null; readonly lastUsedAt: string | null } | null;
  readonly recoveryCodesLeft: number;
  readonly changes: readonly FactorChange[];
}

/** With a first factor: shown this once. */
export interface Added {
  readonly recoveryCodes: readonly string[] | null;
}

export const useFactors = () =>
  useQuery({ queryKey: ['second-factors'], queryFn: () => get<Factors>('/second-factors') });

/** A change in words, such as "The passkey Laptop was added". */
export function changeWords({ action, name }: Pick<FactorChange, 'action' | 'name'>): string {
  switch (action) {
    case 'passkey.add':
      return t('signIn.changes.passkeyAdded', { name });
    case 'passkey.remove':
      return t('signIn.changes.passkeyRemoved', { name });
    case 'totp.add':
      return t('signIn.changes.appAdded');
    case 'totp.remove':
      return t('signIn.changes.appRemoved');
    case 'recovery-codes.new':
      return t('signIn.changes.codesMade');
    case 'recovery-code.use':
      return t('signIn.changes.codeUsed');
    case 'factors.reset':
      return t('signIn.changes.reset');
    default:
      return action;
  }
}

/** A secret in groups of four, to be typed. */
export const inGroups = (secret: string): string => secret.replaceAll(/.{4}(?=.)/g, '$& ');
