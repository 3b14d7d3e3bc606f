/** The configuration files of a node's programs, each setting with its reason. */
import path from 'node:path';
import {
  DNS_ADDRESS,
  KUBELET_CLIENT,
  NODE_ADDRESS,
  NODE_NAME,
  POD_ADDRESSES,
  POD_BRIDGE,
  POD_GATEWAY,
} from './addresses.ts';
import { GROUP } from './groups.ts';

/** Where things of a node lie. */
export interface NodeFiles {
  readonly socket: string;
  readonly containerdConfig: string;
  readonly containerd: string;
  readonly networks: string;
  readonly networkConfig: string;
  readonly kubelet: string;
  readonly kubeletConfig: string;
  readonly kubeletKubeconfig: string;
  /** Of profiles that pods name as Localhost. */
  readonly seccomp: string;
  readonly resolver: string;
  readonly proxyConfig: string;
  readonly proxyKubeconfig: string;
  readonly schedulerKubeconfig: string;
  readonly podLogs: string;
  /** Of pods that claim storage. */
  readonly volumes: string;
  readonly storage: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
}

/** @param folder the node's part of the folder of a cluster. */
export function nodeFiles(folder: string): NodeFiles {
  const at = (...parts: string[]): string => path.join(folder, ...parts);
  return {
    // A path of a socket has at most 107 bytes.
    socket: at('containerd.sock'),
    containerdConfig: at('containerd.toml'),
    containerd: at('containerd'),
    networks: at('networks'),
    networkConfig: at('networks', '10-pods.conflist'),
    kubelet: at('kubelet'),
    kubeletConfig: at('kubelet.json'),
    kubeletKubeconfig: at('kubelet.kubeconfig'),
    seccomp: at('kubelet', 'seccomp'),
    resolver: at('resolv.conf'),
    proxyConfig: at('kube-proxy.json'),
    proxyKubeconfig: at('kube-proxy.kubeconfig'),
    schedulerKubeconfig: at('kube-scheduler.kubeconfig'),
    podLogs: at('pod-logs'),
    volumes: at('volumes'),
    storage: at('storage.json'),
    clientCertificate: at(KUBELET_CLIENT.certificate),
    clientKey: at(KUBELET_CLIENT.key),
  };
}

/** The image of the process that holds a pod together; it is imported, never pulled. */
export const SANDBOX_IMAGE = 'localhost/pause:1';

/** @param programs folder of the programs. */
export const containerdConfig = (files: NodeFiles, programs: string): string => `version = 3
root = "${files.containerd}/root"
state = "${files.containerd}/state"
[grpc]
  address = "${files.socket}"
[plugins.'io.containerd.internal.v1.opt']
  path = "${files.containerd}/opt"
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = "${SANDBOX_IMAGE}"
[plugins.'io.containerd.cri.v1.runtime']
  # Without the right to it (CAP_SYS_RESOURCE) no pod would start.
  restrict_oom_score_adj = true
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ["${programs}"]
  conf_dir = "${files.networks}"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  runtime_path = "${programs}/containerd-shim-runc-v2"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  BinaryName = "${programs}/runc"
`;

/** How pods are joined: a bridge, and the translation of the ports of the node. */
export const networkConfig = ({ networks }: NodeFiles): object => ({
  cniVersion: '1.0.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: POD_BRIDGE,
      isGateway: true,
      ipMasq: true,
      ipMasqBackend: 'nftables',
      // A pod may reach itself by its Service.
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        dataDir: path.join(networks, 'addresses'),
        ranges: [[{ subnet: POD_ADDRESSES, gateway: POD_GATEWAY }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
    { type: 'portmap', capabilities: { portMappings: true }, backend: 'nftables' },
  ],
});

export const kubeletConfig = (files: NodeFiles): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  address: NODE_ADDRESS,
  containerRuntimeEndpoint: `unix://${files.socket}`,
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: files.clientCertificate },
  },
  authorization: { mode: 'Webhook' },
  // The first version of control groups is old, but what many machines have.
  failCgroupV1: false,
  cgroupDriver: 'cgroupfs',
  cgroupRoot: `/${GROUP}`,
  clusterDNS: [DNS_ADDRESS],
  clusterDomain: 'cluster.local',
  resolvConf: files.resolver,
  podLogsDir: files.podLogs,
  volumePluginDir: path.join(files.kubelet, 'volume-plugins'),
  failSwapOn: false,
  // Lowering it needs a right that root of a container does not have.
  oomScoreAdj: 0,
  // A disk that is nearly full is the machine's affair, not a reason to end pods.
  evictionHard: {
    'memory.available': '100Mi',
    'nodefs.available': '0%',
    'imagefs.available': '0%',
    'nodefs.inodesFree': '0%',
  },
  imageGCHighThresholdPercent: 100,
  nodeStatusUpdateFrequency: '5s',
  syncFrequency: '10s',
});

export const proxyConfig = ({ proxyKubeconfig }: NodeFiles): object => ({
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  mode: 'nftables',
  clientConnection: { kubeconfig: proxyKubeconfig },
  clusterCIDR: POD_ADDRESSES,
  hostnameOverride: NODE_NAME,
  // The size of the table of connections is the machine's.
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
});

/** The arguments of a node's programs. */
export const nodeArguments = (files: NodeFiles) => ({
  containerd: [`--config=${files.containerdConfig}`],
  kubelet: [
    `--config=${files.kubeletConfig}`,
    `--kubeconfig=${files.kubeletKubeconfig}`,
    `--hostname-override=${NODE_NAME}`,
    `--node-ip=${NODE_ADDRESS}`,
    `--root-dir=${files.kubelet}`,
    `--cert-dir=${path.join(files.kubelet, 'certificates')}`,
  ],
  'kube-scheduler': [
    `--kubeconfig=${files.schedulerKubeconfig}`,
    '--leader-elect=false',
    '--secure-port=0',
  ],
  'kube-proxy': [`--config=${files.proxyConfig}`],
});
