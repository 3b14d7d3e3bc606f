/** Examines what an installation shows to the outside, and what is kept of it: address, TLS, backups. Pure. */
import { age } from '../../terminal.ts';
import { fail, type Finding, lookAt, ok, valueOf, warn } from './finding.ts';
import type { Ingress } from './kinds.ts';
import { publicUrlOf } from './platform.ts';
import type { Snapshot } from './snapshot.ts';

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Whether people get in by the address that links and cookies follow. */
export function examineAddress(
  snapshot: Pick<Snapshot, 'platform' | 'deployments' | 'ingress' | 'secrets'>,
): Finding[] {
  const api = valueOf(snapshot.deployments)?.find(
    ({ metadata }) => metadata.name === 'duckmon-api',
  );
  const address = publicUrlOf(valueOf(snapshot.platform), api);
  if (address === undefined || !URL.canParse(address)) return [];
  const url = new URL(address);
  if (LOOPBACK.test(url.hostname))
    return [warn('address', `${address} is for a port-forward alone; set HOSTNAME for others`)];
  const secure =
    url.protocol === 'https:'
      ? []
      : [fail('address', `${address} is not encrypted; set PUBLIC_URL to an https address`)];
  return [
    ...secure,
    ...lookAt('address', snapshot.ingress, {
      absent: () => [
        warn('address', `there is no Ingress duckmon; something else must lead ${address} to it`),
      ],
      seen: (ingress) => examineIngress(url.hostname, ingress, valueOf(snapshot.secrets)),
    }),
  ];
}

function examineIngress(
  host: string,
  { spec }: Ingress,
  secrets: readonly string[] | undefined,
): Finding[] {
  if (!spec?.rules?.some((rule) => rule.host === host))
    return [
      fail('address', `the Ingress is for another host than ${host}; set HOSTNAME or PUBLIC_URL`),
    ];
  const tls = spec.tls?.find(({ hosts = [] }) => hosts.includes(host));
  if (!tls)
    return [
      warn(
        'TLS',
        `the Ingress serves none for ${host}; something in front must, or set ingress.tls.enabled=true`,
      ),
    ];
  const { secretName } = tls;
  if (secretName !== undefined && secrets && !secrets.includes(secretName))
    return [
      fail('TLS', `the Secret ${secretName} is not there; create it, or let cert-manager do so`),
    ];
  return [ok('address', `the Ingress leads ${host} to the dashboard, with TLS`)];
}

/** Two days: one missed run of the daily schedule is told by its own Job. */
const OLDEST_MS = 48 * 60 * 60_000;

export const examineBackup = ({ backup, now }: Pick<Snapshot, 'backup' | 'now'>): Finding[] =>
  lookAt('backup', backup, {
    absent: () => [
      warn(
        'backup',
        'there is none of duckmon’s own; back Postgres up elsewhere, or set backup.enabled=true',
      ),
    ],
    seen: ({ metadata, spec, status }) => {
      if (spec?.suspend === true)
        return [warn('backup', 'the CronJob duckmon-backup is suspended')];
      const last = status?.lastSuccessfulTime;
      const since = last ?? metadata.creationTimestamp;
      const isLate = since === undefined || now.getTime() - Date.parse(since) > OLDEST_MS;
      if (isLate)
        return [
          fail(
            'backup',
            `the last good one is ${last === undefined ? 'none' : `${age(last, now)} old`}; see kubectl get jobs, and run kubectl create job --from=cronjob/duckmon-backup NAME`,
          ),
        ];
      return last === undefined
        ? [warn('backup', 'the first is still to come')]
        : [ok('backup', `the last is ${age(last, now)} old`)];
    },
  });
