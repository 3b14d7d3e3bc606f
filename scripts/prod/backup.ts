/** `backup --cluster`: the backup of the schedule, now. */
import type { BackupCommand } from './commands.ts';
import type { ProdDeps } from './deps.ts';
import { createStep, jobName, jobOf, runJob } from './job.ts';
import { describePlace, type Place } from './place.ts';
import { shown } from './step.ts';

const TEMPLATE = 'duckmon-backup';

/** Makes one, and prints what came of it. */
export async function backup(
  command: BackupCommand,
  place: Place,
  deps: ProdDeps,
): Promise<number> {
  deps.say(`backup: makes one now in ${describePlace(place)}`);
  const job = await jobOf(place, TEMPLATE, jobName(TEMPLATE, deps.clock.now()), undefined, deps);
  if (command.dryRun) {
    deps.print(shown(createStep(place, job)));
    return 0;
  }
  deps.print(await runJob(place, job, command.timeoutMs, deps));
  deps.say(
    'without the keys it is worth nothing: keep copies of the Secrets duckmon-backup-key and duckmon-data-key off the cluster',
  );
  return 0;
}
