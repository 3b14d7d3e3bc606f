/** `restore --cluster`: fills the database from a stored backup while nobody works on it. */
import type { RestoreCommand } from './commands.ts';
import { confirm } from './confirm.ts';
import type { ProdDeps } from './deps.ts';
import { createStep, jobName, jobOf, runJob, UnfinishedError } from './job.ts';
import type { ListOf, Workload } from './objects.ts';
import { describePlace, type Place } from './place.ts';
import { kubectl, perform, read, shown, type Step } from './step.ts';

const TEMPLATE = 'duckmon-restore';
/** Those that hold data of the database in memory, or write to it. */
const RESTING = ['duckmon-api', 'duckmon-scheduler'] as const;

/** Restores one after a yes; `list` and `verify` only look at what there is. */
export async function restore(
  command: RestoreCommand,
  place: Place,
  deps: ProdDeps,
): Promise<number> {
  const { from, dryRun, timeoutMs } = command;
  const looks = from === 'list' || from === 'verify';
  const what = looks ? `${from} of the backups` : `${from} into the database`;
  deps.say(`restore: ${what} in ${describePlace(place)}`);
  const args = looks ? [from] : ['restore', from, '--force'];
  const job = await jobOf(place, TEMPLATE, jobName(TEMPLATE, deps.clock.now()), args, deps);
  const rest = looks ? NO_REST : restOf(place, await replicasOf(place, deps));
  if (dryRun) {
    const steps = [...rest.before, createStep(place, job), ...rest.after];
    steps.map(shown).forEach(deps.print);
    return 0;
  }
  if (!looks) await warn(command, place, rest, deps);
  const result = await whileResting(rest, deps, () => runJob(place, job, timeoutMs, deps));
  deps.print(result);
  if (!looks) deps.say('api and scheduler start again; npm run prod-health shows them');
  return 0;
}

/** Starts them again whatever came of it, but not beside a restore that goes on. */
async function whileResting(
  { before, after }: Rest,
  deps: ProdDeps,
  work: () => Promise<string>,
): Promise<string> {
  let goesOn = false;
  try {
    for (const step of before) await perform(step, deps);
    return await work();
  } catch (error) {
    goesOn = error instanceof UnfinishedError;
    throw error;
  } finally {
    if (!goesOn) for (const step of after) await perform(step, deps);
  }
}

async function warn(
  { from, yes }: RestoreCommand,
  place: Place,
  { after }: Rest,
  deps: ProdDeps,
): Promise<void> {
  await confirm(
    `Throw away all data of duckmon in the namespace ${place.namespace} of ${place.server}, and restore ${from}?`,
    yes,
    deps,
  );
  deps.say(
    'api and scheduler rest meanwhile; should it be broken off or take too long, they start again by:',
  );
  after.map(shown).forEach((line) => deps.say(`  ${line}`));
}

/** What is done around a restore. */
interface Rest {
  readonly before: readonly Step[];
  readonly after: readonly Step[];
}

const NO_REST: Rest = { before: [], after: [] };

/** Stops those that work on the database, waits for the end of their pods, and starts them again. */
export const restOf = (place: Place, counts: readonly Count[]): Rest => ({
  before: [
    ...counts.map(({ name }) => scale(place, name, 0)),
    ...counts.map(({ name }) =>
      kubectl(place, [
        'wait',
        '--for=delete',
        'pods',
        `--selector=app.kubernetes.io/name=${name}`,
        '--timeout=2m',
      ]),
    ),
  ],
  after: counts.map(({ name, replicas }) => scale(place, name, replicas)),
});

export interface Count {
  readonly name: string;
  readonly replicas: number;
}

/** How many there are; those that an earlier restore left at none start as one. */
async function replicasOf(place: Place, deps: ProdDeps): Promise<readonly Count[]> {
  const args = ['get', 'deployments', ...RESTING, '-o=json'];
  const { items } = await read<ListOf<Workload>>(kubectl(place, args), deps);
  return items.map(({ metadata, spec }) => ({
    name: metadata.name,
    replicas: Math.max(spec.replicas ?? 1, 1),
  }));
}

const scale = (place: Place, name: string, replicas: number): Step =>
  kubectl(place, ['scale', `deployment/${name}`, `--replicas=${replicas}`]);
