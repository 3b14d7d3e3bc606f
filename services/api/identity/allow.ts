/** Who may sign in: the allow-list of the installation, compared after one canonical parse. Pure. */
import { SetupError } from '../../core/errors.ts';

export interface AllowList {
  /** Everybody whom the provider knows. */
  readonly everybody: boolean;
  /** Google Workspace domains, by the claim `hd`. */
  readonly domains: ReadonlySet<string>;
  readonly addresses: ReadonlySet<string>;
}

const DOMAIN =
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

/** The address in lower case; undefined unless it is plain ASCII with exactly one `@`. */
export function canonicalAddress(text: string): string | undefined {
  const [local = '', domain = '', ...rest] = text.toLowerCase().split('@');
  // Lower-casing turns some other letters into ASCII ones.
  const plain = /^[\x21-\x7e]{3,254}$/.test(text) && rest.length === 0;
  return plain && LOCAL_PART.test(local) && DOMAIN.test(domain) ? `${local}@${domain}` : undefined;
}

/**
 * Reads the entries of SIGN_IN_ALLOW: domains, addresses, or `*` for everybody.
 * @throws SetupError that names each wrong entry, or says that there is none.
 */
export function parseAllowList(entries: readonly string[]): AllowList {
  const domains = new Set<string>();
  const addresses = new Set<string>();
  const wrong: string[] = [];
  for (const entry of entries.filter((each) => each !== '*')) {
    const address = canonicalAddress(entry);
    const domain = entry.toLowerCase();
    if (address !== undefined) addresses.add(address);
    else if (/^[\x21-\x7e]+$/.test(entry) && DOMAIN.test(domain)) domains.add(domain);
    else wrong.push(entry);
  }
  if (wrong.length > 0)
    throw new SetupError(
      `Wrong environment variables: SIGN_IN_ALLOW: ${wrong.join(', ')} is no domain and no address.`,
    );
  if (entries.length === 0)
    throw new SetupError(
      'Wrong environment variables: SIGN_IN_ALLOW is required with GOOGLE_CLIENT_ID: name the Google Workspace domains and addresses that may sign in, or * for everybody.',
    );
  return { everybody: entries.includes('*'), domains, addresses };
}

/** What the provider vouches for. */
export interface Vouched {
  /** Canonical and verified. */
  readonly email: string;
  /** The claim `hd`. */
  readonly hostedDomain: unknown;
}

export type Admission = 'allowed' | 'domain_missing' | 'not_allowed';

/** Whether the list has this person; `domain_missing` when only a claim `hd` could have told. */
export function admission(list: AllowList, { email, hostedDomain }: Vouched): Admission {
  if (list.everybody || list.addresses.has(email)) return 'allowed';
  if (hostedDomain === undefined && list.domains.size > 0) return 'domain_missing';
  return typeof hostedDomain === 'string' && isMember(list, email, hostedDomain)
    ? 'allowed'
    : 'not_allowed';
}

/** Whether the list may have the person of a canonical address, whom nobody vouches for yet. */
export const mayBeAllowed = (
  { everybody, addresses, domains }: AllowList,
  address: string,
): boolean =>
  everybody || addresses.has(address) || domains.has(address.slice(address.indexOf('@') + 1));

/** An account of the domain has an address of it; a secondary domain is listed by itself. */
const isMember = ({ domains }: AllowList, email: string, hostedDomain: string): boolean =>
  domains.has(hostedDomain) && email.endsWith(`@${hostedDomain}`);
