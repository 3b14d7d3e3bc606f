/** The flags of the servers of a control plane, each with its reason. */
import path from 'node:path';
import type { ClusterFolder, ClusterRecord, Ports, ServerName } from './folder.ts';
import { KUBELET_CLIENT, NODE_ADDRESS, SERVICE_ADDRESSES } from './node/addresses.ts';

const LOOPBACK = '127.0.0.1';
/**
 * Of the documentation range (RFC 5737): the Service `kubernetes` may not point to loopback, and without
 * an address the server asks for the one of the default route, which an offline machine does not have.
 */
const ADVERTISED = '192.0.2.1';
const ISSUER = 'https://kubernetes.default.svc.cluster.local';

export interface ServerSettings {
  readonly folder: ClusterFolder;
  readonly ports: Ports;
  /** Whether a controller manager runs. */
  readonly controllers: boolean;
  /** Whether a node does. */
  readonly node: boolean;
}

/** Where the API server of a cluster answers. */
export const serverUrl = ({ ports, node }: Pick<ClusterRecord, 'ports' | 'node'>): string =>
  `https://${node === undefined ? LOOPBACK : NODE_ADDRESS}:${ports.api}`;

/** The arguments of a server. */
export function serverArguments(name: ServerName, settings: ServerSettings): string[] {
  switch (name) {
    case 'etcd':
      return etcdArguments(settings);
    case 'kube-apiserver':
      return apiServerArguments(settings);
    case 'kube-controller-manager':
      return controllerManagerArguments(settings);
    default:
      return name satisfies never;
  }
}

function etcdArguments({ folder, ports }: ServerSettings): string[] {
  const client = `http://${LOOPBACK}:${ports.etcd}`;
  const peer = `http://${LOOPBACK}:${ports.etcdPeer}`;
  return [
    '--name=duckmon',
    `--data-dir=${folder.data}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=duckmon=${peer}`,
    // Nothing here outlives `down`, so that waiting for the disk would protect nothing.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

function apiServerArguments(settings: ServerSettings): string[] {
  const { folder, ports, controllers, node } = settings;
  return [
    `--secure-port=${ports.api}`,
    `--etcd-servers=http://${LOOPBACK}:${ports.etcd}`,
    `--service-cluster-ip-range=${SERVICE_ADDRESSES}`,
    // It signs a certificate for its addresses by itself; clients are known by tokens.
    `--cert-dir=${folder.certificates}`,
    `--token-auth-file=${folder.tokens}`,
    `--service-account-issuer=${ISSUER}`,
    `--service-account-key-file=${folder.serviceAccountKey}`,
    `--service-account-signing-key-file=${folder.serviceAccountKey}`,
    // It would refuse pods until somebody has made the account `default`.
    ...(controllers ? [] : ['--disable-admission-plugins=ServiceAccount']),
    ...(node ? withNode(folder) : WITHOUT_NODE),
  ];
}

const WITHOUT_NODE = [
  `--bind-address=${LOOPBACK}`,
  `--advertise-address=${ADVERTISED}`,
  '--authorization-mode=RBAC',
];

/** Pods reach it at the node's address, and it reaches the kubelet for logs and exec. */
const withNode = ({ node }: ClusterFolder): string[] => [
  `--bind-address=${NODE_ADDRESS}`,
  `--advertise-address=${NODE_ADDRESS}`,
  '--authorization-mode=Node,RBAC',
  '--enable-admission-plugins=NodeRestriction',
  '--allow-privileged=true',
  `--kubelet-client-certificate=${path.join(node, KUBELET_CLIENT.certificate)}`,
  `--kubelet-client-key=${path.join(node, KUBELET_CLIENT.key)}`,
  '--kubelet-preferred-address-types=InternalIP',
];

function controllerManagerArguments({ folder }: ServerSettings): string[] {
  return [
    `--kubeconfig=${folder.controllersKubeconfig}`,
    `--root-ca-file=${folder.certificate}`,
    `--service-account-private-key-file=${folder.serviceAccountKey}`,
    `--flex-volume-plugin-dir=${folder.volumePlugins}`,
    // Each controller then has the rights that it has in a real cluster, and no more.
    '--use-service-account-credentials',
    '--leader-elect=false',
    // No port: several clusters run side by side.
    '--secure-port=0',
    // At the start it makes an account and a token for each controller, which the usual rate delays by seconds.
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
  ];
}
