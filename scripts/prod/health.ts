/** `prod-health`: one table of everything, and what to do about what is wrong. */
import { SetupError } from '../../services/core/errors.ts';
import type { HealthCommand } from './commands.ts';
import type { ProdDeps } from './deps.ts';
import { explain, isForbidden, isMissing } from './failures.ts';
import { gather } from './gather.ts';
import { backupRow, type CronJob } from './health/backups.ts';
import {
  certificateSecret,
  entranceRows,
  type Certificate,
  type Ingress,
} from './health/entrance.ts';
import { partRows, releaseRow, type Revision } from './health/parts.ts';
import { platformRows } from './health/platform.ts';
import { isHealthy, rowLines, type Row } from './health/row.ts';
import { describePlace, type Place } from './place.ts';
import { ProgramError } from './programs.ts';
import { helm, kubectl, perform, read, shown } from './step.ts';

/** Looks, and changes nothing; 1 when something is wrong. */
export async function health(
  command: HealthCommand,
  place: Place,
  deps: ProdDeps,
): Promise<number> {
  deps.say(`prod-health: looks at ${describePlace(place)}, and changes nothing`);
  if (command.dryRun) {
    [history(place), ...Object.values(READS).map((args) => kubectl(place, args))]
      .map(shown)
      .forEach(deps.print);
    return 0;
  }
  const rows = await readRows(place, deps);
  const healthy = isHealthy(rows);
  if (command.json) deps.print(JSON.stringify({ healthy, ...place, rows }, undefined, 2));
  else rowLines(rows, place.namespace, deps.columns).forEach(deps.print);
  return healthy ? 0 : 1;
}

const READS = {
  ingress: ['get', 'ingress/duckmon', '-o=json'],
  backups: ['get', 'cronjob/duckmon-backup', '-o=json'],
} as const;

const history = (place: Place) => helm(place, ['history', place.release, '--max=1', '-o=json']);

async function readRows(place: Place, deps: ProdDeps): Promise<readonly Row[]> {
  const [revision] = await read<readonly Revision[]>(history(place), deps);
  if (revision === undefined)
    throw new SetupError(`There is no release ${place.release}; npm run prod-up makes it.`);
  const found = await gather(place, deps);
  const ingress = await ifThere<Ingress>(place, READS.ingress, deps);
  const backups = await ifThere<CronJob>(place, READS.backups, deps);
  const now = deps.clock.now();
  return [
    releaseRow(revision, place.release),
    ...partRows(found),
    ...platformRows(found.platform, now),
    ...entranceRows(ingress, await readCertificate(place, certificateSecret(ingress), deps), now),
    backupRow(backups, now),
  ];
}

async function ifThere<T>(
  place: Place,
  args: readonly string[],
  deps: ProdDeps,
): Promise<T | undefined> {
  try {
    return await read<T>(kubectl(place, args), deps);
  } catch (error) {
    if (error instanceof ProgramError && isMissing(error)) return undefined;
    throw error;
  }
}

/** Of the Secret no more than the certificate is asked for. */
async function readCertificate(
  place: Place,
  secret: string | undefined,
  deps: ProdDeps,
): Promise<Certificate> {
  if (secret === undefined) return { kind: 'none' };
  const path = String.raw`-o=jsonpath={.data.tls\.crt}`;
  try {
    const text = await perform(kubectl(place, ['get', `secret/${secret}`, path]), deps);
    return { kind: 'found', secret, pem: Buffer.from(text, 'base64').toString('utf8') };
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    if (isMissing(error)) return { kind: 'missing', secret };
    if (isForbidden(error)) return { kind: 'hidden', secret };
    throw new SetupError(explain(error, place), { cause: error });
  }
}
