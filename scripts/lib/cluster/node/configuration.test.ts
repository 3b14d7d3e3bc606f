import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { DNS_ADDRESS, POD_ADDRESSES } from './addresses.ts';
import {
  containerdConfig,
  kubeletConfig,
  networkConfig,
  nodeArguments,
  nodeFiles,
  proxyConfig,
  SANDBOX_IMAGE,
} from './configuration.ts';
import { GROUP } from './groups.ts';
import { SYSTEM_IMAGES } from './images.ts';
import { HIDDEN, linkCommands, NODE_COMMANDS } from './network.ts';
import { QUEUE } from './policies.ts';

const files = nodeFiles('/state/node');
const everything = [
  containerdConfig(files, '/programs'),
  JSON.stringify([networkConfig(files), kubeletConfig(files), proxyConfig(files)]),
  JSON.stringify(nodeArguments(files)),
].join('\n');

const documents = () =>
  parseAllDocuments(readFileSync(path.join(import.meta.dirname, 'system.yaml'), 'utf8')).map(
    (document) => document.toJS() as Record<string, unknown>,
  );

describe('cluster: the configuration of a node', () => {
  it('keeps every file in the folder of the node, or where the node has one of its own', () => {
    const found = everything.match(/(?<=["=])(?:unix:\/\/)?\/[^"\s,\]]+/g) ?? [];
    assert.ok(found.length > 15, String(found.length));
    const elsewhere = found.filter((file) => !/^(unix:\/\/)?\/(state\/node|programs)\b/.test(file));
    assert.deepEqual(elsewhere.toSorted(), [`/${GROUP}`]);
  });

  it('covers the folders in which container programs write under fixed names', () => {
    const mounted = NODE_COMMANDS.filter(([program]) => program === 'mount');
    assert.deepEqual(
      mounted.map((command) => command.at(-1)),
      [...HIDDEN],
    );
    assert.deepEqual([...HIDDEN], ['/run', '/var/lib', '/var/log']);
  });

  it('gives the node one end of its link, and the machine the way to pods and Services', () => {
    const commands = linkCommands(77).map((command) => command.join(' '));
    assert.match(commands[0] ?? '', /type veth peer name eth0 netns 77$/);
    assert.ok(commands.includes(`ip route add ${POD_ADDRESSES} via 10.243.0.2`), commands.join());
  });

  it('lets nobody ask the kubelet without a name', () => {
    const config = JSON.stringify(kubeletConfig(files));
    assert.match(config, /"anonymous":\{"enabled":false\}/);
    assert.match(config, /"authorization":\{"mode":"Webhook"\}/);
  });

  it('says the same queue, address and images in the manifest as everywhere else', () => {
    const all = documents();
    const text = JSON.stringify(all);
    assert.match(text, new RegExp(`"--nfqueue-id=${QUEUE}"`));
    const dns = all.find(({ kind }) => kind === 'Service') as { spec: { clusterIP: string } };
    assert.equal(dns.spec.clusterIP, DNS_ADDRESS);
    const named = [...text.matchAll(/"image":"([^"]+)"/g)].map(([, name = '']) => name);
    assert.deepEqual(
      [SANDBOX_IMAGE, ...named].toSorted(),
      SYSTEM_IMAGES.map((name) => `localhost/${name}:1`).toSorted(),
    );
  });

  it('has a profile for the browser that says no more than three calls beyond the default', () => {
    const file = path.join(import.meta.dirname, 'seccomp', 'duckmon', 'chromium.json');
    const { defaultAction, syscalls } = JSON.parse(readFileSync(file, 'utf8')) as {
      defaultAction: string;
      syscalls: { names: string[]; action: string; args?: unknown }[];
    };
    assert.equal(defaultAction, 'SCMP_ACT_ERRNO');
    const allowed = syscalls.filter(({ action, args }) => action === 'SCMP_ACT_ALLOW' && !args);
    const names = new Set(allowed.flatMap((rule) => rule.names));
    const powers = [
      'bpf',
      'chroot',
      'clone',
      'init_module',
      'mount',
      'pivot_root',
      'setns',
      'unshare',
    ];
    assert.deepEqual(
      powers.filter((name) => names.has(name)),
      ['chroot', 'clone', 'unshare'],
    );
  });
});
