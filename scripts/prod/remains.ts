/** What an uninstall leaves, and how that goes too. Pure. */
import type { ChartValues } from './values.ts';
import type { Place } from './place.ts';
import { kubectl, shown } from './step.ts';

const GROUP = 'mon.duckerhub.com';

/** What is about to stay, as the values of the release say. */
export function stays({ crds, postgres, backup }: ChartValues, namespace: string): string[] {
  const keepsData = postgres?.mode === 'bundled' && postgres.bundled?.keep !== false;
  return [
    ...(crds?.keep === false ? [] : ['the definitions, and with them all monitors and channels']),
    ...(postgres?.mode === 'external' ? ['the database, which is not ours to remove'] : []),
    ...(keepsData ? ['the volume of Postgres and its passwords'] : []),
    ...(backup?.storage?.keep === false
      ? []
      : ['the volume and the key of backups, if there are any']),
    ...(keepsData || postgres?.mode === 'external'
      ? ['the key of what is encrypted in the database']
      : []),
    `Secrets of your own, and the namespace ${namespace}`,
  ];
}

/** Claims and Secrets that Helm and the operator may leave; those that people gave are theirs. */
const OURS =
  /^(?:persistentvolumeclaim\/(?:data-duckmon-postgres-\d+|duckmon-backups)|secret\/duckmon-(?:postgres|redis|data-key|backup-key|internal-key|jwt-secret|keys-[a-z]+))$/;
const DEFINITION = new RegExp(
  String.raw`^customresourcedefinition\.apiextensions\.k8s\.io/[a-z]+\.${GROUP}$`,
);

/**
 * The commands that remove what is left; empty when nothing is.
 * @param found names as `kubectl get -o name` prints them
 */
export function removals(found: readonly string[], place: Place): string[] {
  const ours = found.filter((name) => OURS.test(name));
  const definitions = found.filter((name) => DEFINITION.test(name));
  return [ours, definitions].flatMap((names) =>
    names.length === 0 ? [] : [shown(kubectl(place, ['delete', ...names]))],
  );
}
