/** One pass over all keys: read the roots, decide, write roots and what is derived from them. */
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { Clock } from '../../../../services/core/clock.ts';
import { newKeyEntry } from '../../../../services/core/keyring.ts';
import type { Transport } from '../../../../services/core/kube/transport.ts';
import type { KubeObject } from '../../../../services/core/kube/types.ts';
import type { Log } from '../../../../services/core/log.ts';
import { KEY_FILES, type SmallSecret } from '../../keys/derived.ts';
import { usable } from '../../keys/ring.ts';
import type { OwnKeys } from '../../keys/own.ts';
import type { Readers } from '../../keys/table.ts';
import type { Desired } from '../../kube/apply.ts';
import { isTrue, type Condition } from '../../kube/conditions.ts';
import { keyFor, keyOf } from '../../kube/keys.ts';
import type { Store } from '../../kube/store.ts';
import { keysSecretName, LABELS, PART_OF, SECRETS } from '../../names.ts';
import { createClusterKeysReader } from '../../workloadIdentity/clusterKeys.ts';
import { SECRET, type Secret } from './kinds.ts';
import { applyOwn, pruneOwn, type Acting, type Doing } from './own.ts';
import { planKeys, type KeysPlan } from './planKeys.ts';
import { createRootStore } from './roots.ts';
import { latestRequests, rotationRequests } from './settings.ts';

export interface KeyWorkDeps extends Acting {
  readonly transport: Pick<Transport, 'get' | 'apply' | 'delete' | 'getPath'>;
  readonly namespace: string;
  /** The small Secrets, in every namespace with pools. */
  readonly derived: Store<Secret>;
  readonly readers: () => Readers;
  readonly ownKeys: OwnKeys;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
}

export interface KeyResult {
  readonly plan: KeysPlan;
  /** What is wrong with an annotation. */
  readonly problems: readonly string[];
  /** When the next pass is due. */
  readonly nextAt: Date;
}

export type KeyWork = (
  platform: MonitorPlatform,
  poolNamespaces: readonly string[],
  doing: Doing,
) => Promise<KeyResult>;

/** The roots are written first: whoever takes over after a crash derives the same from them. */
export function createKeyWork(deps: KeyWorkDeps): KeyWork {
  const { namespace, applier, derived, clock } = deps;
  const roots = createRootStore({ ...deps, fieldManager: applier.fieldManager });
  const forTokens = createClusterKeysReader({ ...deps, written: () => writtenIn(deps) });
  return async (platform, poolNamespaces, doing) => {
    const { signal, dryRun, deeds } = doing;
    const found = await roots.read(signal);
    const { requests, dataKey, problems } = rotationRequests(platform.metadata.annotations);
    const readers = deps.readers();
    const { status } = platform;
    const plan = planKeys(
      {
        ...found,
        now: clock.now(),
        keys: platform.spec.keys,
        requests: latestRequests(requests, readers.asked),
        // Keys of tokens go by time beside: people's own programs check them too, and cannot be asked.
        readers,
        recorded: status?.keys ?? [],
        lostBefore: isTrue(status?.conditions as readonly Condition[] | undefined, 'KeysLost'),
        ciphertext: 'unknown',
        sealed: readers.sealed,
        dataKeyAsked: dataKey,
        platformNamespace: namespace,
        poolNamespaces,
        clusterKeys: await forTokens.read(signal),
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
    return { plan, problems, nextAt: earlier(plan.requeueAt, forTokens.dueAt()) };
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

/** What pods check tokens with, as they have it since an earlier run. */
function writtenIn({ derived, namespace }: KeyWorkDeps): string | undefined {
  const secret = derived.get(keyFor({ namespace, name: keysSecretName('scheduler') }));
  const encoded = secret?.data?.[KEY_FILES.clusterKeys];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}

const earlier = (one: Date | undefined, other: Date): Date =>
  one === undefined || one > other ? other : one;
