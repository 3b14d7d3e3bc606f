import assert from 'node:assert/strict';
import { serverArguments, serverUrl, type ServerSettings } from './arguments.ts';
import { clusterFolder, SERVER_NAMES } from './folder.ts';
import { NODE_ADDRESS } from './node/addresses.ts';
import { nodeFiles } from './node/configuration.ts';

const settings: ServerSettings = {
  folder: clusterFolder('/state'),
  ports: { api: 6443, etcd: 2379, etcdPeer: 2380 },
  controllers: true,
  node: false,
};
const NODE = { holder: { pid: 1, mark: '' }, kernel: {} };
const value = (
  name: (typeof SERVER_NAMES)[number],
  flag: string,
  of = settings,
): string | undefined =>
  serverArguments(name, of)
    .find((argument) => argument.startsWith(`--${flag}=`))
    ?.slice(flag.length + 3);

describe('cluster: the flags of the servers', () => {
  it('listens on loopback only', () => {
    const addresses = SERVER_NAMES.flatMap((name) => serverArguments(name, settings))
      .filter((argument) => /^--(?:listen|bind)/.test(argument))
      .map((argument) => argument.replace(/^.*?=/, ''));
    assert.deepEqual(addresses, ['http://127.0.0.1:2379', 'http://127.0.0.1:2380', '127.0.0.1']);
    assert.equal(value('kube-controller-manager', 'secure-port'), '0');
  });

  it('uses the ports that were chosen, and the same ones on both sides', () => {
    assert.equal(value('kube-apiserver', 'secure-port'), '6443');
    assert.equal(serverUrl({ ports: settings.ports }), 'https://127.0.0.1:6443');
    assert.equal(value('kube-apiserver', 'etcd-servers'), value('etcd', 'advertise-client-urls'));
  });

  it('keeps every file below the folder of the cluster', () => {
    const files = SERVER_NAMES.flatMap((name) => serverArguments(name, settings))
      .map((argument) => argument.replace(/^.*?=/, ''))
      .filter((text) => text.startsWith('/'));
    assert.equal(files.length, 9);
    assert.deepEqual(
      files.filter((file) => !file.startsWith('/state/')),
      [],
    );
  });

  it('verifies tokens of service accounts with the key that signs them', () => {
    const key = value('kube-controller-manager', 'service-account-private-key-file');
    assert.equal(value('kube-apiserver', 'service-account-key-file'), key);
    assert.equal(value('kube-apiserver', 'service-account-signing-key-file'), key);
  });

  it('asks for rights, also those of the controllers', () => {
    assert.equal(value('kube-apiserver', 'authorization-mode'), 'RBAC');
    assert.ok(
      serverArguments('kube-controller-manager', settings).includes(
        '--use-service-account-credentials',
      ),
    );
  });

  it('asks for no service account in a pod when no controller makes any', () => {
    const flag = 'disable-admission-plugins';
    assert.equal(value('kube-apiserver', flag), undefined);
    assert.equal(
      value('kube-apiserver', flag, { ...settings, controllers: false }),
      'ServiceAccount',
    );
  });

  it('is reached by pods at the address of the node, where it knows nodes by their own rights', () => {
    const node = { ...settings, node: true };
    assert.equal(value('kube-apiserver', 'bind-address', node), NODE_ADDRESS);
    assert.equal(value('kube-apiserver', 'advertise-address', node), NODE_ADDRESS);
    assert.equal(serverUrl({ ports: node.ports, node: NODE }), `https://${NODE_ADDRESS}:6443`);
    assert.equal(value('kube-apiserver', 'authorization-mode', node), 'Node,RBAC');
    assert.equal(
      value('kube-apiserver', 'kubelet-client-certificate', node),
      nodeFiles(settings.folder.node).clientCertificate,
    );
  });
});
