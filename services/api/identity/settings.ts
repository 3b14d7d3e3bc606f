/** How people sign in, from the configuration. */
import { SetupError } from '../../core/errors.ts';
import { readSecretFile } from '../../core/config.ts';
import type { ApiConfig } from '../config.ts';
import { parseAllowList, type AllowList } from './allow.ts';

export interface ProviderSettings {
  /** For people: `Google`, or the host of the issuer. */
  readonly name: string;
  readonly issuer: URL;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly allow: AllowList;
}

export const CALLBACK_PATH = '/api/v1/auth/callback';
export const GOOGLE = 'https://accounts.google.com';

type Given = Pick<
  ApiConfig,
  | 'GOOGLE_CLIENT_ID'
  | 'GOOGLE_CLIENT_SECRET'
  | 'GOOGLE_CLIENT_SECRET_FILE'
  | 'OIDC_ISSUER'
  | 'SIGN_IN_ALLOW'
  | 'PUBLIC_URL'
>;

/**
 * The provider, or undefined when none is configured.
 * @throws SetupError that names the wrong variable.
 */
export function providerSettings(config: Given): ProviderSettings | undefined {
  const clientId = config.GOOGLE_CLIENT_ID;
  const clientSecret =
    config.GOOGLE_CLIENT_SECRET ??
    readSecretFile('GOOGLE_CLIENT_SECRET_FILE', config.GOOGLE_CLIENT_SECRET_FILE);
  if (clientId === undefined && clientSecret === undefined && config.OIDC_ISSUER === undefined)
    return undefined;
  if (clientId === undefined || clientSecret === undefined)
    throw new SetupError(
      `Wrong environment variables: ${clientId === undefined ? 'GOOGLE_CLIENT_ID' : 'GOOGLE_CLIENT_SECRET'} is required as well: the id and the secret of the client at the sign-in provider.`,
    );
  const issuer = new URL(config.OIDC_ISSUER ?? GOOGLE);
  checkIssuer(issuer);
  return {
    name: issuer.origin === GOOGLE ? 'Google' : issuer.host,
    issuer,
    clientId,
    clientSecret,
    redirectUri: new URL(CALLBACK_PATH, config.PUBLIC_URL).href,
    allow: parseAllowList(config.SIGN_IN_ALLOW),
  };
}

/** Plain http would let anybody on the way sign in as anybody. */
function checkIssuer({ protocol, hostname }: URL): void {
  if (protocol === 'https:' || isLoopback(hostname)) return;
  throw new SetupError('Wrong environment variables: OIDC_ISSUER must be an https URL.');
}

export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
