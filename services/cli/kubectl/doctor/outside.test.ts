import type { Snapshot } from './snapshot.ts';
import {
  ago,
  ABSENT,
  deployment,
  deployments,
  without,
  ingress,
  backup,
  itTells,
} from './testing/snapshot.ts';

describe('the examination of address and backups', () => {
  const api = (value: string): Pick<Snapshot, 'deployments'> =>
    deployments([deployment('api', { env: [{ name: 'PUBLIC_URL', value }] })]);
  itTells([
    [
      'an address without TLS',
      api('http://mon.example.org'),
      /^fail address: http:\/\/mon\.example\.org is not encrypted/,
    ],
    [
      'an address of the machine',
      api('http://127.0.0.1:3000'),
      /^warn address: \S+ is for a port-forward alone; set HOSTNAME/,
    ],
    ['no Ingress', { ingress: ABSENT }, /^warn address: there is no Ingress duckmon/],
    [
      'an Ingress for another host',
      ingress([], 'other.example.org'),
      /^fail address: the Ingress is for another host than mon\.example\.org/,
    ],
    [
      'an Ingress without TLS',
      ingress([]),
      /^warn TLS: the Ingress serves none for mon\.example\.org/,
    ],
    ['no TLS Secret', without('mon-tls'), /^fail TLS: the Secret mon-tls is not there/],
    ['no backups', { backup: ABSENT }, /^warn backup: there is none/],
    [
      'suspended backups',
      backup({ suspend: true }, ago(1)),
      /^warn backup: the CronJob duckmon-backup is suspended/,
    ],
    [
      'an old backup',
      backup({}, ago(49)),
      /^fail backup: the last good one is 2d old; .*kubectl create job/,
    ],
    ['backups that never came to their end', backup({}), /^fail backup: the last good one is none/],
    [
      'a first backup that is to come',
      backup({}, undefined, ago(1)),
      /^warn backup: the first is still to come/,
    ],
  ]);
});
