import assert from 'node:assert/strict';
import type { EgressAllow, MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import { openedTo, parseAllow } from '../../../../services/egress/allow.ts';
import { LABELS } from '../../names.ts';
import { workspacesIn } from '../../workspaces.ts';
import { egressAllow, workspacesOf } from './egressAllow.ts';

const objectIn = (namespace: string, name: string, workspace?: string) => ({
  metadata: { namespace, name, labels: workspace ? { [LABELS.workspace]: workspace } : {} },
});
const OBJECTS = [
  objectIn('users', 'u-2-shop', 'u-2'),
  objectIn('users', 'u-1-shop', 'u-1'),
  objectIn('users', 'u-1-mail', 'u-1'),
  objectIn('users', 'stray'),
  objectIn('team-a', 'u-9-shop', 'u-9'),
];
const of = workspacesOf('users', workspacesIn('users'), () => OBJECTS);

const mapOf = (allow: readonly EgressAllow[] | undefined) =>
  egressAllow(
    {
      metadata: { namespace: 'duckmon', name: 'default' },
      spec: { egress: allow && { allow: [...allow] } },
    } as unknown as MonitorPlatform,
    of,
  );
const linesOf = (...allow: readonly EgressAllow[]): string[] =>
  (mapOf(allow).data['allow'] ?? '').split('\n').slice(0, -1);

describe('operator: what the egress proxy opens', () => {
  it('is a line a port, for all where no namespace is named', () => {
    assert.deepEqual(
      linesOf(
        { cidr: '10.1.0.0/16', ports: [80, 443] },
        { cidr: 'fd00::1/128', namespaces: ['team-a'], ports: [443] },
      ),
      ['10.1.0.0/16:80', '10.1.0.0/16:443', 'team-a=[fd00::1/128]:443'],
    );
  });

  it('C18 is opened to each namespace that an entry names, and to no other', () => {
    const lines = linesOf({ cidr: '10.1.2.3/32', namespaces: ['team-a', 'team-b'], ports: [80] });
    assert.deepEqual(lines, ['team-a=10.1.2.3/32:80', 'team-b=10.1.2.3/32:80']);
    const entries = parseAllow('allow', lines);
    assert.deepEqual(
      ['team-a', 'team-b', 'team-c', ''].map((name) => openedTo(entries, name).length),
      [1, 1, 0, 0],
    );
  });

  it('C18 is opened to the people whose monitors are in the namespace of users, and not by a label that a tenant wrote', () => {
    const lines = linesOf({ cidr: '10.1.2.3/32', namespaces: ['users'], ports: [80] });
    assert.deepEqual(lines, ['u-1=10.1.2.3/32:80', 'u-2=10.1.2.3/32:80']);
    assert.deepEqual(linesOf({ cidr: '10.1.2.3/32', namespaces: ['team-a'], ports: [80] }), [
      'team-a=10.1.2.3/32:80',
    ]);
  });

  it('names nobody for no namespace, no pods, and nothing that is no block', () => {
    const labels = { matchLabels: { app: 'wiki' } };
    assert.deepEqual(
      linesOf(
        { cidr: '10.1.2.3/32', namespaces: [], ports: [80] },
        { namespaceSelector: labels, podSelector: labels, ports: [80] },
        { cidr: 'intranet', ports: [80] },
      ),
      [],
    );
  });

  it('C18 leaves out what is wider than any private network, and keeps the rest', () => {
    assert.deepEqual(
      linesOf(
        { cidr: '0.0.0.0/0', ports: [80] },
        { cidr: '::/0', ports: [80] },
        { cidr: '10.0.0.0/8', ports: [80] },
      ),
      ['10.0.0.0/8:80'],
    );
  });

  it('is empty, and there, when nothing is allowed', () => {
    assert.deepEqual(mapOf(undefined).data, { allow: '' });
    assert.deepEqual(
      [mapOf(undefined).metadata.namespace, mapOf([]).metadata.name],
      ['duckmon', 'duckmon-egress-allow'],
    );
  });

  it('is read by the proxy, whatever the platform allows', () => {
    const all = linesOf(
      { cidr: '10.0.0.7/8', namespaces: ['a.b', 'x'.repeat(63)], ports: [1, 65_535] },
      { cidr: '::ffff:a00:0/104', ports: [80] },
      { cidr: 'fc00::/7', ports: [443] },
    );
    assert.equal(parseAllow('allow', all).length, all.length);
    assert.equal(all.length, 6);
  });
});
