/** The second factors of the person who is signed in. */
import { useQuery } from '@tanstack/react-query';
import { get } from '../api.ts';

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
      return `The passkey ${name} was added`;
    case 'passkey.remove':
      return `The passkey ${name} was removed`;
    case 'totp.add':
      return 'An authenticator app was added';
    case 'totp.remove':
      return 'The authenticator app was removed';
    case 'recovery-codes.new':
      return 'New recovery codes were made';
    case 'recovery-code.use':
      return 'A recovery code was used';
    case 'factors.reset':
      return 'An administrator removed all your second factors';
    default:
      return action;
  }
}

/** A secret in groups of four, to be typed. */
export const inGroups = (secret: string): string => secret.replaceAll(/.{4}(?=.)/g, '$& ');
