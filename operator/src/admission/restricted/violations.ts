/** Ways to break Pod Security "restricted", each in one field of a pod that keeps it. */

interface Container {
  readonly image: string;
  readonly securityContext: object;
}

/** A pod's spec; undefined takes a field away. */
export interface Pod {
  readonly containers: readonly Container[];
  readonly volumes?: readonly object[];
  readonly securityContext: object;
  readonly [field: string]: unknown;
}

type Break = (pod: Pod) => Pod;

const pod =
  (change: object): Break =>
  (spec) => ({ ...spec, ...change });
const security =
  (change: object): Break =>
  (spec) => ({ ...spec, securityContext: { ...spec.securityContext, ...change } });
const container =
  (change: object): Break =>
  (spec) => ({ ...spec, containers: spec.containers.map((one) => ({ ...one, ...change })) });
const hardened = <C extends Container>(one: C, change: object): C => ({
  ...one,
  securityContext: { ...one.securityContext, ...change },
});
const inside =
  (change: object): Break =>
  (spec) => ({ ...spec, containers: spec.containers.map((one) => hardened(one, change)) });
const volume =
  (source: object): Break =>
  (spec) => ({ ...spec, volumes: [...(spec.volumes ?? []), { name: 'more', ...source }] });
/** An init container as the first container is, but for its own fields. */
const before =
  (change: object): Break =>
  (spec) => ({
    ...spec,
    initContainers: spec.containers.map(({ image, securityContext }) =>
      hardened({ name: 'more', image, securityContext }, change),
    ),
  });

/** More than the 20 of row G7. */
export const VIOLATIONS: readonly (readonly [what: string, breaks: Break])[] = [
  ['the network of the host', pod({ hostNetwork: true })],
  ['the processes of the host', pod({ hostPID: true })],
  ['the IPC of the host', pod({ hostIPC: true })],
  ['a port of the host', container({ ports: [{ containerPort: 8001, hostPort: 8001 }] })],
  ['a folder of the host', volume({ hostPath: { path: '/' } })],
  ['a volume of NFS', volume({ nfs: { server: 'files.lan', path: '/' } })],
  [
    'a volume of iSCSI',
    volume({ iscsi: { targetPortal: '10.0.0.1', iqn: 'iqn.2001-04.com.example:pages', lun: 0 } }),
  ],
  ['escalation', inside({ allowPrivilegeEscalation: true })],
  ['escalation by default', inside({ allowPrivilegeEscalation: undefined })],
  ['a capability more', inside({ capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } })],
  ['raw sockets', inside({ capabilities: { drop: ['ALL'], add: ['NET_RAW'] } })],
  ['capabilities by default', inside({ capabilities: {} })],
  ['only some capabilities dropped', inside({ capabilities: { drop: ['NET_RAW'] } })],
  ['a user that may be root', security({ runAsNonRoot: undefined })],
  ['a user that shall be root', security({ runAsNonRoot: false })],
  ['root', security({ runAsUser: 0 })],
  ['root in the container', inside({ runAsUser: 0 })],
  ['a container that may be root', inside({ runAsNonRoot: false })],
  ['no seccomp profile', security({ seccompProfile: undefined })],
  ['seccomp off', security({ seccompProfile: { type: 'Unconfined' } })],
  ['seccomp off in the container', inside({ seccompProfile: { type: 'Unconfined' } })],
  ['AppArmor off', security({ appArmorProfile: { type: 'Unconfined' } })],
  ['another SELinux user', security({ seLinuxOptions: { user: 'system_u' } })],
  ['another SELinux type', inside({ seLinuxOptions: { type: 'spc_t' } })],
  ['an unsafe sysctl', security({ sysctls: [{ name: 'kernel.msgmax', value: '1' }] })],
  ['an init container with privilege', before({ allowPrivilegeEscalation: true })],
];
