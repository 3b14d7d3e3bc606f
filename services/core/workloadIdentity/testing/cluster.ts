/** A cluster as far as tokens of service accounts go: it signs them, and says its public keys. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { ServiceName } from '../../contracts/ports.ts';
import { encodeToken, type Header } from '../../testing/identity/token.ts';
import { TOKEN_SECONDS } from '../check.ts';
import { clusterKeys, type ClusterKeys } from '../clusterKeys.ts';
import { audienceOf } from '../tokens.ts';

export const ISSUER = 'https://kubernetes.default.svc.cluster.local';
export const NAMESPACE = 'duckmon';

export interface TokenParts {
  /** Replace claims; undefined takes one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly namespace?: string;
  /** null: bound to no pod. */
  readonly pod?: string | null;
  readonly seconds?: number;
  readonly header?: Header;
  readonly key?: KeyObject;
}

export interface FakeCluster {
  readonly keys: ClusterKeys;
  readonly publicKey: KeyObject;
  /** A token as the kubelet projects it into a pod of an account of ours. */
  token(caller: string, callee: ServiceName, parts?: TokenParts): string;
}

/** @param kid of its one key */
export function fakeCluster(clock: Pick<Clock, 'now'>, kid = 'cluster-key'): FakeCluster {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
  return {
    keys: clusterKeys.parse({ issuer: ISSUER, namespace: NAMESPACE, keys: [jwk] }),
    publicKey,
    token: (caller, callee, parts = {}) => {
      const { header = { alg: 'RS256', kid }, key = privateKey } = parts;
      return encodeToken(header, claimsOf(caller, callee, clock.now(), parts), key);
    },
  };
}

function claimsOf(caller: string, callee: ServiceName, now: Date, parts: TokenParts): object {
  const { namespace = NAMESPACE, pod = `duckmon-${caller}-5d9f`, claims = {} } = parts;
  const iat = Math.floor(now.getTime() / 1000);
  const account = `duckmon-${caller}`;
  return {
    iss: ISSUER,
    aud: [audienceOf(callee)],
    sub: `system:serviceaccount:${namespace}:${account}`,
    iat,
    nbf: iat,
    exp: iat + (parts.seconds ?? TOKEN_SECONDS),
    'kubernetes.io': {
      namespace,
      serviceaccount: { name: account, uid: 'f3b7' },
      ...(pod === null ? {} : { pod: { name: pod, uid: 'a1c2' } }),
    },
    ...claims,
  };
}
