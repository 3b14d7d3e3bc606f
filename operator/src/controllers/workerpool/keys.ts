/** Which pods of a pool have the current key, by the scheduler's table of who has loaded what. Pure. */
import type { StatusKey } from '../../../../crds/types/monitorplatform.ts';
import { rootKid } from '../../keys/ring.ts';
import type { TableReader } from '../../keys/table.ts';
import type { Pod } from './pods.ts';
import type { PoolKeys } from './types.ts';

export interface PoolKeysInput {
  readonly component: 'browser' | 'llm';
  readonly pods: readonly Pod[];
  /** Undefined while the scheduler does not say. */
  readonly readers: readonly TableReader[] | undefined;
  /** `status.keys` of the platform. */
  readonly keys: readonly StatusKey[] | undefined;
  readonly now: Date;
}

/** The scheduler asks every ten seconds and waits three for an answer: a younger pod is not late. */
const UNASKED_MS = 30_000;

const hostOf = (address: string): string =>
  /^\[(.*)\](?::\d+)?$/.exec(address)?.[1] ?? /^([^:]*):\d+$/.exec(address)?.[1] ?? address;

/** Pods are matched by their address; those that take no work yet are left out. */
export function poolKeys(input: PoolKeysInput): PoolKeys | undefined {
  const { component, pods, readers, keys, now } = input;
  const current = keys?.find(({ ring, state }) => ring === 'Internal' && state === 'Current');
  if (!readers || !current) return undefined;
  const byHost = new Map(
    readers
      .filter(({ service }) => service === component)
      .map((reader) => [hostOf(reader.address), reader]),
  );
  const found = pods
    .filter(({ ip, readySince }) => ip !== undefined && readySince !== undefined)
    .map((pod) => ({ pod, reader: byHost.get(pod.ip ?? '') }));
  const isLate = ({ readySince }: Pod): boolean =>
    now.getTime() - Date.parse(readySince ?? '') >= UNASKED_MS;
  const namesOf = (of: typeof found): string[] =>
    of.map(({ pod }) => pod.metadata.name ?? '').toSorted();
  return {
    waitingFor: namesOf(
      found.filter(
        ({ reader }) => reader && !reader.kids?.some((kid) => rootKid(kid) === current.kid),
      ),
    ),
    unasked: namesOf(found.filter(({ pod, reader }) => !reader && isLate(pod))),
  };
}
