/** The small Secrets of derived keys: what each service may hold, and nothing of the roots. */
import type { InternalCaller, ServiceName } from '../../../services/core/contracts/ports.ts';
import { deriveKey, type Keyring } from '../../../services/core/keyring.ts';
import {
  deriveServiceKeys,
  ed25519FromSeed,
  type DerivedKey,
  type ServiceKeyFile,
} from '../../../services/core/serviceKeys.ts';
import { publicJwk, signingSeeds, type PublicJwk } from '../../../services/core/tokenKeys.ts';
import { CLUSTER_KEYS_FILE } from '../../../services/core/workloadIdentity/clusterKeys.ts';
import { keysSecretName } from '../names.ts';

/** The files of a small Secret, as they are mounted. */
export const KEY_FILES = {
  /** Keys of internal calls and of egress credentials (`ServiceKeyFile`). */
  service: 'keys.json',
  /** Keys that sign tokens; at the api only. */
  signing: 'jwt.json',
  /** Public keys of tokens. */
  jwks: 'jwks.json',
  /** What callees check the cluster's service-account tokens with, offline (`ClusterKeys`). */
  clusterKeys: CLUSTER_KEYS_FILE,
} as const;

/** Services that get a small Secret in the platform's namespace; the dashboard holds nothing secret. */
export const KEY_HOLDERS = [
  'api',
  'scheduler',
  'browser',
  'llm',
  'notification',
  'egress',
] as const;
export type KeyHolder = (typeof KEY_HOLDERS)[number];

export interface SmallSecret {
  readonly namespace: string;
  readonly name: string;
  /** Texts by file name. */
  readonly files: Readonly<Record<string, string>>;
}

export interface DerivedInput {
  readonly internal: Keyring;
  readonly jwt: Keyring;
  readonly platformNamespace: string;
  /** Namespaces of tenants with pools of browsers. */
  readonly poolNamespaces: readonly string[];
  /** The text of `ClusterKeys`; undefined while they are not known. */
  readonly clusterKeys: string | undefined;
}

/** Every small Secret that must be there, in a fixed order. */
export function smallSecrets(input: DerivedInput): readonly SmallSecret[] {
  const { platformNamespace: namespace } = input;
  const tenants = [...new Set(input.poolNamespaces)].filter((name) => name !== namespace).sort();
  return [
    ...KEY_HOLDERS.map((service) => ({
      namespace,
      name: keysSecretName(service),
      files: platformFiles(service, input, tenants),
    })),
    ...tenants.map((tenant) => ({
      namespace: tenant,
      name: keysSecretName('browser'),
      files: { ...asFile(tenantBrowser(input.internal, tenant)), ...clusterFile(input) },
    })),
  ];
}

function platformFiles(
  service: KeyHolder,
  input: DerivedInput,
  tenants: readonly string[],
): Record<string, string> {
  const own = deriveServiceKeys(input.internal, service);
  const keys = service === 'scheduler' ? withTenants(own, input.internal, tenants) : own;
  return {
    ...asFile(keys),
    ...(service === 'api'
      ? { [KEY_FILES.signing]: JSON.stringify({ keys: signingSeeds(input.jwt) }) }
      : {}),
    ...(service === 'api' || service === 'scheduler'
      ? { [KEY_FILES.jwks]: JSON.stringify(jwks(input.jwt)) }
      : {}),
    ...clusterFile(input),
  };
}

const asFile = (keys: ServiceKeyFile): Record<string, string> => ({
  [KEY_FILES.service]: JSON.stringify(keys),
});

const clusterFile = ({ clusterKeys }: DerivedInput): Record<string, string> =>
  clusterKeys === undefined ? {} : { [KEY_FILES.clusterKeys]: clusterKeys };

/** Under which name the scheduler finds the keys for the browsers of a tenant. */
export const tenantCallee = (namespace: string): string => `browser/${namespace}`;

const withTenants = (
  keys: ServiceKeyFile,
  root: Keyring,
  tenants: readonly string[],
): ServiceKeyFile => ({
  ...keys,
  calls: {
    ...keys.calls,
    ...Object.fromEntries(
      tenants.map((tenant) => [
        tenantCallee(tenant),
        pairKeys(root, 'scheduler', 'browser', tenant),
      ]),
    ),
  },
});

const tenantBrowser = (root: Keyring, tenant: string): ServiceKeyFile => ({
  service: 'browser',
  calls: {},
  callers: { scheduler: pairKeys(root, 'scheduler', 'browser', tenant) },
  egressSeeds: [],
  egressPublic: [],
});

/**
 * The keys of one pair. In the platform's namespace they are core's own (`deriveServiceKeys`); a
 * tenant's namespace is part of the purpose, so that its pool learns nothing about another's.
 */
function pairKeys(
  root: Keyring,
  caller: InternalCaller,
  callee: ServiceName,
  namespace: string,
): DerivedKey[] {
  return root.keys.map((entry) => ({
    kid: `${entry.kid}-${caller}`,
    state: entry.state,
    value: deriveKey(entry, `internal/${caller}/${callee}/${namespace}`).toString('base64'),
  }));
}

/** The public keys of every live entry: the next is published before it is used. */
export const jwks = (root: Keyring): { readonly keys: readonly PublicJwk[] } => ({
  keys: signingSeeds(root).map(({ kid, seed }) =>
    publicJwk(kid, ed25519FromSeed(Buffer.from(seed, 'base64'))),
  ),
});
