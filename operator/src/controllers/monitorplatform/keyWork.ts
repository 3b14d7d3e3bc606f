/** One pass over all keys: read the roots, decide, write roots and what is derived from them. */
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { Clock } from '../../../../services/core/clock.ts';
import { newKeyEntry } from '../../../../services/core/keyring.ts';
import type { Transport } from '../../../../services/core/kube/transport.ts';
import type { KubeObject } from '../../../../services/core/kube/types.ts';
import { KEY_FILES, type SmallSecret } from '../../keys/derived.ts';
import { usable } from '../../keys/ring.ts';
import type { OwnKeys } from '../../keys/own.ts';
import type { Readers } from '../../keys/table.ts';
import type { Desired } from '../../kube/apply.ts';
import { isTrue, type Condition } from '../../kube/conditions.ts';
import { keyFor, keyOf } from '../../kube/keys.ts';
import type { Store } from '../../kube/store.ts';
import { keysSecretName, LABELS, PART_OF, SECRETS } from '../../names.ts';
import { SECRET, type Secret } from './kinds.ts';
import { applyOwn, pruneOwn, type Acting, type Doing } from './own.ts';
import { planKeys, type KeysPlan } from './planKeys.ts';
import { createRootStore } from './roots.ts';
import { rotationRequests } from './settings.ts';

export interface KeyWorkDeps extends Acting {
  readonly transport: Pick<Transport, 'get' | 'apply' | 'delete' | 'getPath'>;
  readonly namespace: string;
  /** The small Secrets, in every namespace with pools. */
  readonly derived: Store<Secret>;
  readonly readers: () => Readers;
  readonly ownKeys: OwnKeys;
  readonly clock: Clock;
}

export interface KeyResult {
  readonly plan: KeysPlan;
  /** What is wrong with an annotation. */
  readonly problems: readonly string[];
}

export type KeyWork = (
  platform: MonitorPlatform,
  poolNamespaces: readonly string[],
  doing: Doing,
) => Promise<KeyResult>;

/** Public keys of service accounts; any account may read them. */
const JWKS_PATH = '/openid/v1/jwks';
const JWKS_MS = 600_000;

/** The roots are written first: whoever takes over after a crash derives the same from them. */
export function createKeyWork(deps: KeyWorkDeps): KeyWork {
  const { namespace, applier, derived, clock } = deps;
  const roots = createRootStore({ ...deps, fieldManager: applier.fieldManager });
  const clusterJwks = createJwks(deps);
  return async (platform, poolNamespaces, doing) => {
    const { signal, dryRun, deeds } = doing;
    const found = await roots.read(signal);
    const { requests, problems } = rotationRequests(platform.metadata.annotations);
    const { status } = platform;
    const plan = planKeys(
      {
        ...found,
        now: clock.now(),
        keys: platform.spec.keys,
        requests,
        // Keys of tokens go by time beside: people's own programs check them too, and cannot be asked.
        readers: deps.readers(),
        recorded: status?.keys ?? [],
        lostBefore: isTrue(status?.conditions as readonly Condition[] | undefined, 'KeysLost'),
        ciphertext: 'unknown',
        platformNamespace: namespace,
        poolNamespaces,
        clusterJwks: await clusterJwks(signal),
      },
      { newKey: newKeyEntry },
    );
    for (const write of plan.roots) {
      deeds.push({ what: 'apply Secret', at: keyFor({ namespace, name: write.secret }) });
      await roots.write(write, found, { signal, dryRun });
    }
    await writeDerived(plan.derived, deps, derived, doing);
    const written = dryRun ? [] : plan.roots;
    const ring = written.find(({ secret }) => secret === SECRETS.internalKey);
    const root = ring ? { keys: [...ring.keys] } : usable(found.rings.internal);
    if (root) deps.ownKeys.take(root);
    return { plan, problems };
  };
}

async function writeDerived(
  secrets: readonly SmallSecret[],
  acting: Acting,
  store: Store<Secret>,
  doing: Doing,
): Promise<void> {
  const wishes = secrets.map(wishOf);
  for (const wish of wishes)
    await applyOwn(SECRET, wish, store.get(keyOf(wish)), 'data', acting, doing);
  // Without usable roots nothing is derived, and what pods hold stays in force.
  if (wishes.length > 0) await pruneOwn(SECRET, store, wishes, acting, doing);
}

const wishOf = ({ namespace, name, files }: SmallSecret): Desired & KubeObject =>
  ({
    metadata: { namespace, name, labels: { [LABELS.partOf]: PART_OF } },
    type: 'Opaque',
    data: Object.fromEntries(
      Object.entries(files).map(([file, text]) => [file, Buffer.from(text).toString('base64')]),
    ),
  }) as Desired;

/** Asked for now and then. A server that does not say it keeps no key back: what was known stays. */
function createJwks({ transport, clock, derived, namespace }: KeyWorkDeps) {
  let known: { readonly text: string; readonly at: number } | undefined;
  /** As pods have it since an earlier run. */
  const writtenJwks = (): string | undefined => {
    const secret = derived.get(keyFor({ namespace, name: keysSecretName('scheduler') }));
    const encoded = secret?.data?.[KEY_FILES.clusterJwks];
    return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
  };
  return async (signal: AbortSignal): Promise<string | undefined> => {
    const now = clock.monotonic();
    if (known && now - known.at < JWKS_MS) return known.text;
    try {
      const text = JSON.stringify(await transport.getPath(JWKS_PATH, { signal }));
      known = { text, at: now };
      return text;
    } catch {
      signal.throwIfAborted();
      return known?.text ?? writtenJwks();
    }
  };
}
