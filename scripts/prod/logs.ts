/** `prod-logs`: what the pods wrote, by kubectl itself. */
import { LABELS, PART_OF } from '../../operator/src/names.ts';
import type { LogsCommand } from './commands.ts';
import type { ProdDeps } from './deps.ts';
import { describePlace, type Place } from './place.ts';
import { kubectl, shown, type Step } from './step.ts';

/** Shows logs until they end, or until Ctrl-C. */
export async function logs(command: LogsCommand, place: Place, deps: ProdDeps): Promise<number> {
  deps.say(`prod-logs: ${command.part ?? 'all parts'} of ${describePlace(place)}`);
  const step = logsStep(place, command);
  if (command.dryRun) {
    deps.print(shown(step));
    return 0;
  }
  return deps.programs.attach(step.program, step.args);
}

/** Pods that have written nothing yet are told of and do not end it. */
export const logsStep = (
  place: Place,
  { part, follow, previous, since, tail = -1 }: Omit<LogsCommand, 'kind' | 'where' | 'dryRun'>,
): Step =>
  kubectl(place, [
    'logs',
    `--selector=${part === undefined ? `${LABELS.partOf}=${PART_OF}` : `${LABELS.component}=${part}`}`,
    '--all-containers',
    '--prefix',
    '--ignore-errors',
    '--max-log-requests=200',
    `--tail=${tail}`,
    ...(follow ? ['--follow'] : []),
    ...(previous ? ['--previous'] : []),
    ...(since === undefined ? [] : [`--since=${since}`]),
  ]);
