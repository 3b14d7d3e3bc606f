/** `prod-down`: uninstalls the release, and says what stays. */
import { formatDuration } from '../../services/domain/duration.ts';
import type { DownCommand } from './commands.ts';
import { confirm } from './confirm.ts';
import type { ProdDeps } from './deps.ts';
import { isForbidden } from './failures.ts';
import { describePlace, type Place } from './place.ts';
import { ProgramError } from './programs.ts';
import { removals, stays } from './remains.ts';
import { helm, kubectl, perform, shown, type Step } from './step.ts';
import { readValues } from './values.ts';

/** Uninstalls, after a yes. */
export async function down(command: DownCommand, place: Place, deps: ProdDeps): Promise<number> {
  deps.say(`prod-down: uninstalls duckmon in ${describePlace(place)}`);
  const values = await readValues(place, deps);
  deps.say('what stays:');
  stays(values, place.namespace).forEach((line) => deps.say(`  ${line}`));
  const step = downStep(place, command.timeoutMs);
  if (command.dryRun) {
    deps.print(shown(step));
    return 0;
  }
  await confirm(
    `Uninstall ${place.release} in the namespace ${place.namespace} of ${place.server}?`,
    command.yes,
    deps,
  );
  const started = deps.clock.monotonic();
  await perform(step, deps);
  deps.say(`uninstalled after ${formatDuration(deps.clock.monotonic() - started)}`);
  const commands = removals(await left(place, deps), place);
  if (commands.length > 0) deps.say('to remove what stays as well, for ever:');
  commands.forEach(deps.print);
  return 0;
}

export const downStep = (place: Place, timeoutMs: number): Step =>
  helm(place, ['uninstall', place.release, `--timeout=${formatDuration(timeoutMs)}`]);

/** Names alone: what Secrets hold is not asked for. */
async function left(place: Place, deps: ProdDeps): Promise<string[]> {
  const names: string[] = [];
  for (const kinds of ['persistentvolumeclaims,secrets', 'customresourcedefinitions'])
    try {
      const text = await perform(kubectl(place, ['get', kinds, '-o=name']), deps);
      names.push(...text.split('\n').filter((line) => line !== ''));
    } catch (error) {
      // Who may uninstall need not be allowed to look at everything.
      if (!(error instanceof ProgramError) || !isForbidden(error)) throw error;
    }
  return names;
}
