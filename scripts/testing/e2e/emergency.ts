/** The runbook of an emergency, under traffic: who is shut out is out within 5 s, and all others go on. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { auditOf } from './audit.ts';
import { getThrough, type Front } from './front.ts';
import { signIn, type Holder } from './people.ts';
import { podsWith } from './pods.ts';
import { say, until, type System } from './system.ts';
import { served, starts, startTraffic } from './traffic.ts';

const API = 'deployment/duckmon-api';
const REPLICAS = 3;
const WITHIN_MS = 5_000;
/** All clients have one address here, which may ask twenty times a second for long. */
const PAUSE_MS = 700;
const [STAYS, GOES] = ['ann@example.org', 'bob@example.org'];
/** Sessions, API tokens and access tokens of each person. */
const EACH = 3;

/** What a client has heard so far. */
interface Heard extends Holder {
  accepted: number;
  /** Of this machine, as all times here. */
  lastAcceptedAt: number;
  refused: number;
  /** What was neither. */
  readonly others: Set<string>;
}

interface Clients {
  readonly all: readonly Heard[];
  readonly stop: () => Promise<void>;
}

/** Begins to ask with everything that people hold; done when each was let in. */
async function startClients(front: Front, holders: readonly Holder[]): Promise<Clients> {
  const ending = new AbortController();
  const all = holders.map((holder): Heard => ({
    ...holder,
    accepted: 0,
    lastAcceptedAt: 0,
    refused: 0,
    others: new Set(),
  }));
  const ask = async (client: Heard): Promise<void> => {
    while (!ending.signal.aborted) {
      const { status } = await getThrough(front, '/api/v1/me', client.headers);
      if (status === 200) {
        client.accepted += 1;
        client.lastAcceptedAt = Date.now();
      } else if (status === 401) client.refused += 1;
      else client.others.add(String(status));
      await delay(PAUSE_MS);
    }
  };
  const running = all.map((client) =>
    ask(client).catch((error: unknown) => void client.others.add(String(error))),
  );
  const stop = async (): Promise<void> => {
    ending.abort();
    await Promise.all(running);
  };
  try {
    await until('clients that are let in', async () =>
      all.every(({ accepted }) => accepted > 0) ? true : undefined,
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { all, stop };
}

/** Half of the numbers are not above the first; one in a hundred is above the second. */
function percentiles(values: readonly number[]): [p50: number, p99: number] {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return [at(0.5), at(0.99)];
}

/** Pods and their starts, without those that come and go here: Redis, and workers as there is work. */
const lastingPods = async (system: System): Promise<string[]> =>
  (await starts(system)).split(' ').filter((one) => !/^duckmon-(redis|pool)-/.test(one));

export function emergency(given: () => System, front: () => Front): void {
  let pods: readonly string[];
  let publicPage: ReturnType<typeof startTraffic>;

  before(async () => {
    const system = given();
    await system.kubectl(['scale', API, `--replicas=${REPLICAS}`]);
    await system.kubectl(['rollout', 'status', API, '--timeout=120s']);
    await until('replicas alone', async () => {
      const found = await podsWith(system, 'mon.duckerhub.com/component=api');
      return found.length === REPLICAS ? found : undefined;
    });
    pods = await lastingPods(system);
    publicPage = startTraffic(async () => {
      const { status } = await getThrough(front(), '/');
      return status === 200 ? undefined : String(status);
    });
  });
  after(async () => {
    await publicPage?.stop();
    await given().kubectl(['scale', API, '--replicas=2']);
  });

  /** Lets clients ask while somebody is shut out by `words`. @returns all, once those have heard it. */
  async function shutOut(
    words: readonly string[],
    action: string,
    isMeant: (client: Holder) => boolean,
  ): Promise<readonly Heard[]> {
    const system = given();
    const holders = await signIn(system, front(), [STAYS, GOES], EACH);
    const before = await served(system, 'api');
    const { all, stop } = await startClients(front(), holders);
    const meant = all.filter(isMeant);
    try {
      await system.monitor(...words, '--reason', 'a drill');
      await until('refusals', async () => (meant.every(isOut) ? true : undefined));
    } finally {
      await stop();
    }
    const replicas = [...(await served(system, 'api'))].map(
      ([pod, count]) => count - (before.get(pod) ?? 0),
    );
    const { at, actor, detail } = await auditOf(system, action);
    assert.deepEqual([actor, detail.reason], ['kubectl', 'a drill']);
    assert.ok(detail.askedBy);
    const late = meant.map((client) => Math.max(0, client.lastAcceptedAt - new Date(at).getTime()));
    const [p50, p99] = percentiles(late);
    say(
      `e2e: kubectl monitor ${words[0]}: ${meant.length} of ${all.length} clients were last let in ${p50} ms (p50), ${p99} ms (p99) after it; requests of the replicas: ${replicas.join(', ')}`,
    );
    assert.ok(p99 <= WITHIN_MS);
    assert.ok(replicas.length >= REPLICAS && replicas.every((count) => count > EACH));
    assert.ok(meant.every(({ others }) => others.size === 0));
    return all;
  }
  /** More often than there are replicas, so that each of them has most likely said it. */
  const isOut = ({ refused }: Heard): boolean => refused > 2 * REPLICAS;

  const isWell = async (): Promise<void> => {
    assert.deepEqual(await lastingPods(given()), pods, 'no pod was started anew');
  };

  it('H5 A11 shuts one person out by kubectl monitor disable, nobody else, and lets in again by enable', async () => {
    const system = given();
    const all = await shutOut(['disable', GOES], 'user.disable', ({ who }) => who === GOES);
    const others = all.filter(({ who }) => who === STAYS);
    assert.deepEqual(
      [...new Set(others.flatMap(({ refused, others: odd }) => [refused, ...odd]))],
      [0],
    );
    await system.monitor('enable', GOES);
    const old = all.find(({ who }) => who === GOES);
    assert.equal((await getThrough(front(), '/api/v1/me', old?.headers)).status, 401);
    const [again] = await signIn(system, front(), [GOES], 1);
    assert.equal((await getThrough(front(), '/api/v1/me', again?.headers)).status, 200);
    assert.ok((await auditOf(system, 'user.enable')).detail.askedBy);
    await isWell();
  });

  it('H5 A12 shuts everybody out by kubectl monitor revoke-all, on every replica', async () => {
    await shutOut(['revoke-all'], 'revoke-all', () => true);
    await isWell();
  });

  it('H5 A12 shuts everybody out by kubectl monitor revoke-all when Redis has gone', async () => {
    const system = given();
    const redis = 'deployment/duckmon-redis';
    await system.kubectl(['scale', redis, '--replicas=0']);
    try {
      const gone = ['--for=delete', 'pod', '-l', 'mon.duckerhub.com/component=redis'];
      await system.kubectl(['wait', ...gone, '--timeout=60s']);
      await shutOut(['revoke-all'], 'revoke-all', () => true);
      await isWell();
    } finally {
      await system.kubectl(['scale', redis, '--replicas=1']);
      await system.kubectl(['rollout', 'status', redis, '--timeout=60s']);
    }
  });

  it('H5 shows the public page to everybody meanwhile, and keeps the audit whole', async () => {
    const { count, failures } = await publicPage.stop();
    assert.deepEqual(failures, []);
    assert.ok(count > 50);
    assert.match(await given().monitor('audit', 'verify'), /whole/);
  });
}
