/** `prod-up`: installs or upgrades the release, and waits until it is ready. */
import path from 'node:path';
import { SetupError } from '../../services/core/errors.ts';
import { formatDuration } from '../../services/domain/duration.ts';
import { root } from '../lib/prepare.ts';
import type { UpCommand } from './commands.ts';
import type { ProdDeps } from './deps.ts';
import { gather } from './gather.ts';
import { chartValues, readImages, type KnownImages } from './images.ts';
import { restrict } from './namespace.ts';
import { describePlace, type Place } from './place.ts';
import { news, waitingFor, type Waiting } from './progress.ts';
import { helm, perform, shown, type Step } from './step.ts';
import { readValues, type ChartValues } from './values.ts';

const CHART = path.join(root, 'charts', 'duckmon');
const POLL_MS = 2_000;

/** Installs or upgrades, or shows how. */
export async function up(command: UpCommand, place: Place, deps: ProdDeps): Promise<number> {
  const started = deps.clock.monotonic();
  const images = command.images === undefined ? undefined : readImages(command.images);
  deps.say(`prod-up: installs or upgrades duckmon in ${describePlace(place)}`);
  if (images?.place === 'here')
    deps.say(
      'the images are on this machine only: unless the nodes have them, use prod-build --registry HOST/PATH',
    );
  const steps = upSteps(place, command, images);
  if (command.dryRun) {
    steps.map(shown).forEach(deps.print);
    return 0;
  }
  for (const step of steps) await perform(step, deps);
  deps.say(`the chart is installed after ${since(started, deps)}; waiting until all is ready ...`);
  await waitUntilReady(place, command.timeoutMs, deps);
  deps.say(`ready after ${since(started, deps)}`);
  nextLines(await readValues(place, deps), place).forEach(deps.print);
  return 0;
}

const since = (started: number, { clock }: ProdDeps): string =>
  formatDuration(clock.monotonic() - started);

/** What is called, in this order. */
export function upSteps(
  place: Place,
  { values, set, keepNamespace }: Pick<UpCommand, 'values' | 'set' | 'keepNamespace'>,
  images: KnownImages | undefined,
): readonly Step[] {
  const ours = images === undefined ? undefined : JSON.stringify(chartValues(images), undefined, 2);
  const release = helm(
    place,
    [
      'upgrade',
      '--install',
      place.release,
      CHART,
      '--create-namespace',
      // Those of the person come later, and win.
      ...(ours === undefined ? [] : ['--values=-']),
      ...values.map((file) => `--values=${file}`),
      ...set.map((value) => `--set=${value}`),
    ],
    ours,
  );
  return keepNamespace ? [release] : [restrict(place), release];
}

/**
 * Waits, and says what it waits for as often as that changes.
 * @throws SetupError that names what is not ready when the time is over.
 */
export async function waitUntilReady(
  place: Place,
  timeoutMs: number,
  deps: ProdDeps,
): Promise<void> {
  const giveUpAt = deps.clock.monotonic() + timeoutMs;
  let before: readonly Waiting[] = [];
  for (;;) {
    const now = waitingFor(await gather(place, deps));
    news(before, now).forEach((line) => deps.say(`  ${line}`));
    if (now.length === 0) return;
    if (deps.clock.monotonic() >= giveUpAt)
      throw new SetupError(
        `Not ready after ${formatDuration(timeoutMs)}: ${now.map(({ part }) => part).join(', ')}. npm run prod-health says what to do, npm run prod-logs -- PART shows why; after an upgrade helm -n ${place.namespace} rollback ${place.release} goes back to the revision before.`,
      );
    before = now;
    await deps.clock.sleep(POLL_MS);
  }
}

/** What a person does next. */
export function nextLines(values: ChartValues, { namespace }: Place): string[] {
  const first = values.namespaces?.list?.[0] ?? (values.namespaces?.users || namespace);
  const url = values.PUBLIC_URL || `https://${values.HOSTNAME ?? ''}`;
  return [
    'Next:',
    '  npm run prod-health',
    `  kubectl -n ${first} apply -f manifests/samples/demo-shop.yaml && kubectl get monitors -A`,
    values.ingress?.enabled === true
      ? `  open ${url}`
      : `  kubectl -n ${namespace} port-forward svc/duckmon-dashboard 3000   # then http://127.0.0.1:3000`,
  ];
}
