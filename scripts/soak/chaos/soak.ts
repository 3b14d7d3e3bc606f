/** Soak `chaos`: the whole system on a node, of which something dies every ten seconds while pages change. */
import { setTimeout as delay } from 'node:timers/promises';
import { expectContent, figure, valueLine } from '../../bench/lib/report.ts';
import { podsWith } from '../../testing/e2e/pods.ts';
import { rollOut, startSystem, until, type System } from '../../testing/e2e/system.ts';
import type { SoakOptions } from '../lib/options.ts';
import { blowOf, type Blow } from './blows.ts';
import { INTERVAL_SECONDS, openField, readBooks, type Field } from './field.ts';
import { createSilence, type Silence } from './silence.ts';

const MONITORS = 200;
const BLOW_EVERY_MS = 10_000;
const API_SERVER_AWAY_MS = 10_000;
const LOOK_MS = 1_000;
const MINUTE_MS = 60_000;
/** After the last blow, until everything must have been told: an interval, and what is left to heal. */
const GRACE_MS = 4 * MINUTE_MS;
/** From here on a monitor that is due is late. */
const LATE_SECONDS = 10;
const STEADY_TARGET = { kind: 'atMost', value: 60 } as const;
const MISSED_TARGET = { kind: 'atMost', value: 0 } as const;

type Say = (line: string) => void;

/** Blows so far, by what they were. */
type Blows = Record<Blow['kind'], number>;

interface Scene {
  readonly system: System;
  readonly field: Field;
  readonly blows: Blows;
  /** Slots that were missed before the first blow: all monitors begin at once. */
  readonly missedBefore: number;
  readonly silence: Silence;
  readonly say: Say;
  /** Somebody ends the soak. */
  readonly ending: AbortSignal;
}

export async function soakChaos(options: SoakOptions, say: Say): Promise<void> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  const running = await startSystem();
  try {
    expectNotEnded(ending.signal);
    await running.system.install(running.system.values);
    await soakOn(running.system, options, { say, ending: ending.signal });
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
    await running.stop();
  }
}

/** The soak itself, on a system that is installed. */
export async function soakOn(
  system: System,
  { minutes, monitors = MONITORS }: Pick<SoakOptions, 'minutes' | 'monitors'>,
  { say, ending }: Pick<Scene, 'say' | 'ending'>,
): Promise<void> {
  const field = await openField(system, monitors);
  say(`${monitors} monitors have their baselines`);
  const blows: Blows = { kill: 0, apiServer: 0, reboot: 0 };
  const { missed: missedBefore } = await readBooks(system);
  const silence = createSilence();
  const scene: Scene = { system, field, blows, missedBefore, silence, say, ending };
  await strikeAndChange(scene, minutes * MINUTE_MS);
  await settle(scene);
}

/** Blows and changes beside one another, until the time is up or one of them fails. */
async function strikeAndChange(scene: Scene, ms: number): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, scene.ending]);
  const timer = setTimeout(() => over.abort(), ms);
  const works = [strike(scene, signal), changePages(scene, signal), tellMinutes(scene, signal)];
  const guarded = works.map((work) => work.finally(() => over.abort()));
  try {
    for (const result of await Promise.allSettled(guarded))
      if (result.status === 'rejected') throw result.reason;
  } finally {
    clearTimeout(timer);
  }
  expectNotEnded(scene.ending);
}

const expectNotEnded = ({ aborted }: AbortSignal): void =>
  expectContent(!aborted, 'The soak was ended before its time.');

/** Waits; a signal ends the wait, not the work. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => undefined);

async function strike({ system, blows }: Scene, signal: AbortSignal): Promise<void> {
  for (let turn = 0; !signal.aborted; turn += 1) {
    const startedAt = performance.now();
    const blow = blowOf(turn, Math.random);
    await carryOut(system, blow, signal);
    blows[blow.kind] += 1;
    await pause(Math.max(0, BLOW_EVERY_MS - (performance.now() - startedAt)), signal);
  }
}

async function carryOut(system: System, blow: Blow, signal: AbortSignal): Promise<void> {
  switch (blow.kind) {
    case 'kill':
      return killOne(system, blow.component);
    case 'apiServer': {
      const { apiServer } = system.node;
      await apiServer.stop();
      await pause(API_SERVER_AWAY_MS, signal);
      return apiServer.start();
    }
    case 'reboot':
      return system.node.reboot();
    default:
      return blow satisfies never;
  }
}

/** As a loss of power does it; where the last one died just now there is none. */
async function killOne(system: System, component: string): Promise<void> {
  const pods = await podsWith(system, `mon.duckerhub.com/component=${component}`);
  const pod = pods[Math.floor(Math.random() * pods.length)];
  if (!pod) return;
  const now = ['--grace-period=0', '--force', '--wait=false', '--ignore-not-found'];
  await system.kubectl(['delete', 'pod', pod.name, ...now]);
}

async function changePages({ field, silence, system }: Scene, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    field.change();
    field.read();
    silence.note(system.world.site.requests.length, performance.now());
    await pause(LOOK_MS, signal);
  }
}

async function tellMinutes({ field, blows, say }: Scene, signal: AbortSignal): Promise<void> {
  for (let minute = 1; ; minute += 1) {
    await pause(MINUTE_MS, signal);
    if (signal.aborted) return;
    const { changes, told, waiting, duplicates } = field.ledger.summary();
    say(
      `  minute ${minute}: ${figures(blows)}; ${changes} changes, ${told} told, ${waiting.length} to be told, ${duplicates} sent twice`,
    );
  }
}

const figures = ({ kill, apiServer, reboot }: Blows): string =>
  `${kill} kills, API server away ${apiServer} times, ${reboot} reboots`;

/** Nothing dies and nothing changes any more: everything is told, and the system is as before. */
async function settle(scene: Scene): Promise<void> {
  const { system, field, blows, missedBefore, silence, say } = scene;
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  const steady = isSteady(system).then(seconds);
  const told = until(
    'the last alerts',
    async () => {
      field.read();
      return field.ledger.summary().waiting.length === 0 ? true : undefined;
    },
    GRACE_MS,
  ).catch(() => undefined);
  const [steadyAfter] = await Promise.all([steady, told]);
  const allTold = seconds();
  field.read();
  const { changes, told: steps, waiting, torn, duplicates, repeated } = field.ledger.summary();
  const { missed, uncounted } = await readBooks(system);
  say(`${figures(blows)}: ${changes} changes, ${steps} steps told`);
  say(
    `${waiting.length + torn.length} lost, ${duplicates} sent twice, ${repeated} told by two alerts`,
  );
  const silent = silence.longest() / 1000;
  // Of a system that is away for longer than an interval each monitor misses one, and counts it.
  const target = silent < INTERVAL_SECONDS ? MISSED_TARGET : undefined;
  say(valueLine('missed schedules', missed - missedBefore, 'slots', target));
  say(`nothing was fetched for ${figure(silent)} s at the longest`);
  say(valueLine('steady after the last blow', steadyAfter, 's', STEADY_TARGET));
  say(
    `all was told ${figure(allTold)} s after the last blow, with monitors that check each minute`,
  );
  expectContent(waiting.length === 0, `Never told of: ${waiting.join(', ')}.`);
  expectContent(torn.length === 0, `A step is missing of: ${torn.join(', ')}.`);
  expectContent(
    uncounted === 0,
    `${uncounted} slots passed without a check, and nobody counted them.`,
  );
}

/** All workloads run, the platform is Ready, and no monitor is late. */
async function isSteady(system: System): Promise<void> {
  await rollOut(system.kubectl);
  await until(
    'monitors that are on time',
    async () => ((await readBooks(system)).lateSeconds < LATE_SECONDS ? true : undefined),
    GRACE_MS,
  );
}
