/** Recovery codes: for somebody whose other factors are lost. */
import { randomBytes } from 'node:crypto';
import { ScureBase32Plugin } from 'otplib';

const CODES = 10;
const BYTES = 16;
const base32 = new ScureBase32Plugin();

/**
 * Ten codes of 128 random bits. They are kept as plain SHA-256: what is slow on purpose defends words that
 * people choose, and nobody guesses 128 bits.
 */
export const newRecoveryCodes = (): string[] => Array.from({ length: CODES }, newRecoveryCode);

/** In groups, to be read and typed. */
const newRecoveryCode = (): string =>
  base32
    .encode(randomBytes(BYTES), { padding: false })
    .toLowerCase()
    .replaceAll(/.{7}(?=.)/g, '$&-');

/** The code without what people add in writing. */
export const plainCode = (typed: string): string => typed.replaceAll(/[\s-]/g, '').toLowerCase();
