/** Soak `rebinding`: the proxy asks a name once, judges every answer, and dials what it judged. */
import {
  startHarness,
  startOrigin,
  type Harness,
} from '../../../services/egress/testing/harness.ts';
import { connectStatus } from '../../../services/egress/testing/raw.ts';
import { expectContent, figure } from '../../bench/lib/report.ts';
import type { SoakOptions } from '../lib/options.ts';
import { isForbidden, scriptName, type ScriptedName } from './names.ts';
import { rebindByPackets } from './packets.ts';

const REBINDINGS = 10_000;
const NAME = 'rebind.test';
const EVERY = 2_000;

export async function soakRebinding(
  { count = REBINDINGS }: SoakOptions,
  say: (line: string) => void,
): Promise<void> {
  await rebindByCalls(count, say);
  await rebindByPackets(count, say);
}

/** What the proxy asks and dials, seen from its inside. */
async function rebindByCalls(count: number, say: (line: string) => void): Promise<void> {
  const name = scriptName(Math.random);
  const origin = await startOrigin();
  const harness = await startHarness({
    names: { [NAME]: () => name.answer() },
    originPort: origin.port,
  });
  const started = performance.now();
  let opened = 0;
  try {
    for (let asked = 1; asked <= count; asked += 1) {
      if (await tryOnce(harness, name)) opened += 1;
      if (asked % EVERY === 0) say(`  ${asked} rebindings, ${opened} opened`);
    }
  } finally {
    await harness.stop();
    origin.stop();
  }
  const seconds = (performance.now() - started) / 1000;
  say(
    `${count} rebindings in ${figure(seconds)} s: ${opened} opened, ${count - opened} refused, 0 led inside`,
  );
  expectContent(
    opened === Math.ceil(count / 2),
    `${opened} of ${count} were opened instead of every second one.`,
  );
}

/**
 * One connection.
 * @returns whether the proxy opened it.
 * @throws ContentError when it asked twice, dialled what it had not judged, or refused the harmless.
 */
async function tryOnce(harness: Harness, name: ScriptedName): Promise<boolean> {
  const [answers, dials] = [name.given.length, harness.dialled.length];
  const head = await connectStatus(harness.port, `${NAME}:80`, harness.authorization());
  const opened = / 200 /.test(head.slice(0, 20));
  const [given, ...more] = name.given.slice(answers);
  const dialled = harness.dialled.slice(dials).map((target) => target.replace(/:80$/, ''));
  expectContent(
    given !== undefined && more.length === 0,
    `The name was asked ${more.length + 1} times for one connection.`,
  );
  expectContent(!dialled.some(isForbidden), `The proxy dialled ${dialled.join(', ')}.`);
  expectContent(
    dialled.every((address) => given.includes(address)),
    `The proxy dialled ${dialled.join(', ')}, which the name had not answered.`,
  );
  const harmless = !given.some(isForbidden);
  expectContent(
    opened === harmless,
    `The answer ${given.join(', ')} was ${opened ? 'opened' : `refused: ${head.slice(0, 60)}`}.`,
  );
  return opened;
}
