/** The root keys in their Secrets: read afresh in each pass, since an old one would undo a rotation. */
import { orAbsent } from '../../../../services/core/kube/errors.ts';
import type { Transport } from '../../../../services/core/kube/transport.ts';
import type { ActOptions } from '../../kube/apply.ts';
import { readRing, readRoot, ringData, RINGS, type RingState } from '../../keys/ring.ts';
import { LABELS, PART_OF, SECRETS } from '../../names.ts';
import { SECRET, type Secret } from './kinds.ts';
import type { KeysInput, RootWrite } from './planKeys.ts';

export interface Roots extends Pick<KeysInput, 'rings' | 'dataKey'> {
  /** Of each Secret that was there: a write is refused when another came between. */
  readonly versions: ReadonlyMap<string, string>;
}

export interface RootStore {
  read(signal: AbortSignal): Promise<Roots>;
  /** Creates or changes a root; by its name, so that no right on other Secrets is needed. */
  write(write: RootWrite, roots: Roots, options: ActOptions): Promise<void>;
}

export interface RootStoreDeps {
  readonly transport: Pick<Transport, 'get' | 'apply'>;
  readonly namespace: string;
  readonly fieldManager: string;
}

export const ROOT_SECRETS = [SECRETS.internalKey, SECRETS.jwtSecret, SECRETS.dataKey] as const;

export function createRootStore({ transport, namespace, fieldManager }: RootStoreDeps): RootStore {
  const read = (name: string, signal: AbortSignal): Promise<Secret | undefined> =>
    orAbsent(transport.get(SECRET, { namespace, name }, { signal }));
  return {
    read: async (signal) => {
      const names = [RINGS.internal.secret, RINGS.jwt.secret, SECRETS.dataKey] as const;
      const [internal, jwt, data] = await Promise.all(names.map((name) => read(name, signal)));
      const dataKey: RingState = readRing(data);
      return {
        rings: { internal: readRoot('internal', internal), jwt: readRoot('jwt', jwt) },
        dataKey,
        versions: new Map(
          [internal, jwt, data].flatMap((secret) =>
            secret
              ? [[secret.metadata.name ?? '', secret.metadata.resourceVersion ?? ''] as const]
              : [],
          ),
        ),
      };
    },
    write: async ({ secret, keys }, { versions }, options) => {
      const resourceVersion = versions.get(secret);
      const metadata = {
        namespace,
        name: secret,
        labels: { [LABELS.partOf]: PART_OF },
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      };
      const wish = { metadata, type: 'Opaque', data: ringData(keys) };
      await transport.apply(SECRET, wish, { fieldManager, force: true, ...options });
    },
  };
}
