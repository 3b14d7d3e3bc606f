/** Soak `kills`: the whole process is killed again and again while pages change. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  startInstallation,
  type Installation,
} from '../../../services/local/testing/installation.ts';
import { apply, monitorOf } from '../../bench/lib/monitors.ts';
import { expectContent, figure } from '../../bench/lib/report.ts';
import { startHook, type Hook } from '../../testing/hook/server.ts';
import { startModel } from '../../testing/model/server.ts';
import type { SoakOptions } from '../lib/options.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { startPriceShop, type PriceShop } from './shop.ts';

const MONITORS = 20;
/** A monitor may tell 60 alerts an hour: no more changes than that. */
const CHANGE_EVERY_MS = 61_000;
/** Longest life of a process; each lives a random part of it. */
const LIFE_MS = 12_000;
/** After the last restart, until everything must have been told. */
const GRACE_MS = 120_000;
/** Between two looks at the hook; each monitor that waits is asked to run at each. */
const LOOK_MS = 2_000;
const FIRST_PRICE = 1_000;

interface Scene {
  readonly installation: Installation;
  readonly shop: PriceShop;
  readonly hook: Hook;
  readonly ledger: Ledger;
  /** Brings the ledger up to what the hook was told. */
  readonly readHook: () => void;
  readonly names: readonly string[];
}

export async function soakKills(
  { minutes }: SoakOptions,
  say: (line: string) => void,
): Promise<void> {
  const [shop, hook, model] = await Promise.all([startPriceShop(), startHook(), startModel()]);
  const installation = await startInstallation({
    env: {
      OPENAI_BASE_URL: model.url,
      OPENAI_API_KEY: 'x',
      DUCKMON_EGRESS_ALLOW: `127.0.0.1:${shop.port},127.0.0.1:${hook.port}`,
      HOST_INTERVAL_MS: '0',
      HOST_CONCURRENCY: '20',
    },
  });
  const names = Array.from({ length: MONITORS }, (_, at) => `shop-${at}`);
  const ledger = createLedger();
  const readHook = createReader(hook, ledger);
  const scene: Scene = { installation, shop, hook, ledger, readHook, names };
  try {
    await prepare(scene);
    const kills = await killAndChange(scene, minutes * 60_000, say);
    await untilAllTold(scene);
    const { changes, told, open, duplicates } = scene.ledger.summary();
    say(
      `${kills} kills in ${figure(minutes)} minutes: ${changes} changes, ${told} told, ${open.length} lost, ${duplicates} told twice`,
    );
    expectContent(
      open.length === 0,
      `Lost: ${open.map(({ monitor, price }) => `${monitor} at ${price}`).join(', ')}`,
    );
  } finally {
    await installation.close();
    await Promise.all([shop.stop(), hook.stop(), model.stop()]);
  }
}

/** Channel and monitors, and their first baselines. */
async function prepare({ installation, shop, hook, names }: Scene): Promise<void> {
  names.forEach((name) => shop.set(name, FIRST_PRICE));
  await apply(installation, [
    {
      apiVersion: 'mon.duckerhub.com/v1alpha1',
      kind: 'NotificationChannel',
      metadata: { name: 'ops' },
      spec: { type: 'Webhook', webhook: { url: hook.url } },
    },
    ...names.map((name) => monitorOf({ name, url: `${shop.url}/${name}`, channel: 'ops' })),
  ]);
  const deadline = performance.now() + GRACE_MS;
  for (const name of names)
    for (;;) {
      const { json } = await installation.call('GET', `/checks?monitor=${name}&limit=1`);
      if ((json as { items: unknown[] }).items.length > 0) break;
      expectContent(performance.now() < deadline, `${name} was not checked for the first time.`);
      await delay(100);
    }
}

/** Runs the lives of the process; returns how often it was killed. */
async function killAndChange(
  scene: Scene,
  ms: number,
  say: (line: string) => void,
): Promise<number> {
  const until = performance.now() + ms;
  const changing = changeAll(scene, until);
  let kills = 0;
  while (performance.now() < until) {
    await delay(Math.random() * LIFE_MS);
    await scene.installation.kill();
    kills += 1;
    await scene.installation.restart();
    const { changes, told } = scene.ledger.summary();
    if (kills % 10 === 0) say(`  ${kills} kills, ${changes} changes, ${told} told`);
  }
  await changing;
  return kills;
}

/** Changes each page in its turn, asks for a check, and reads what the hook was told. */
async function changeAll(scene: Scene, until: number): Promise<void> {
  const nextAt = new Map(
    scene.names.map((name, at) => [name, performance.now() + (at * CHANGE_EVERY_MS) / MONITORS]),
  );
  let price = FIRST_PRICE;
  while (performance.now() < until) {
    scene.readHook();
    for (const name of scene.names) {
      if (scene.ledger.isOpen(name)) await ask(scene, name);
      else if (performance.now() >= (nextAt.get(name) ?? 0)) {
        nextAt.set(name, performance.now() + CHANGE_EVERY_MS);
        price += 1;
        scene.shop.set(name, price);
        scene.ledger.changed({ monitor: name, price, at: Date.now() });
        await ask(scene, name);
      }
    }
    await delay(LOOK_MS);
  }
}

/** Asks for a check; while the process is down nobody answers, and it is asked again later. */
async function ask({ installation }: Scene, name: string): Promise<void> {
  await installation.call('POST', `/monitors/${name}/run`, {}).catch(() => undefined);
}

async function untilAllTold(scene: Scene): Promise<void> {
  const deadline = performance.now() + GRACE_MS;
  for (;;) {
    scene.readHook();
    const { open } = scene.ledger.summary();
    if (open.length === 0 || performance.now() > deadline) return;
    for (const { monitor } of open) await ask(scene, monitor);
    await delay(LOOK_MS);
  }
}

/** Hands the posts that came since the last time to the ledger. */
function createReader(hook: Hook, ledger: Ledger): () => void {
  let read = 0;
  return () => {
    const posts = hook.posts.slice(read);
    read += posts.length;
    for (const { json, raw } of posts)
      ledger.told({ id: String(json?.['id']), monitor: String(json?.['monitor']), text: raw });
  };
}
