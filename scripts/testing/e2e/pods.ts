/** The pods of the system, and programs that run in them. */
import { NAMESPACE, until, type System } from './system.ts';

/** Everything that runs in a pod of ours. */
export const COMPONENTS = [
  'operator',
  'api',
  'dashboard',
  'scheduler',
  'notification',
  'egress',
  'browser',
  'llm',
  'postgres',
  'redis',
] as const;
export type Component = (typeof COMPONENTS)[number];

export interface PodPlace {
  readonly namespace: string;
  readonly name: string;
  readonly address: string;
}

interface PodItem {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** Running pods with some labels, such as `mon.duckerhub.com/component=api`. */
export async function podsWith(
  system: System,
  labels: string,
  namespace = NAMESPACE,
): Promise<PodPlace[]> {
  const args = ['-n', namespace, 'get', 'pods', '-l', labels, '-o', 'json'];
  const { items } = JSON.parse(await system.node.kubectl(args)) as { items: PodItem[] };
  return items.flatMap(({ metadata, status }) =>
    status.phase === 'Running' && status.podIP && metadata.deletionTimestamp === undefined
      ? [{ namespace, name: metadata.name, address: status.podIP }]
      : [],
  );
}

/** One pod of a component of ours; the canary and what is just replaced come back in a moment. */
export const podOf = (system: System, component: string): Promise<PodPlace> =>
  until(`a pod of ${component}`, async () => {
    const [first] = await podsWith(system, `mon.duckerhub.com/component=${component}`);
    return first;
  });

/** Runs a program of Node in a pod, and returns what it printed. */
export const runIn = (
  { node }: System,
  { namespace, name }: PodPlace,
  program: string,
  ...args: readonly string[]
): Promise<string> =>
  node.kubectl(['-n', namespace, 'exec', name, '--', 'node', '-e', program, ...args]);

/** A pod of the team's own, which has nothing to do with duckmon. */
export const strangerPod = (
  image: string,
  namespace: string,
  name = 'stranger',
  program = 'setInterval(() => {}, 60000)',
): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels: { app: name } },
  spec: {
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 10_001,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name,
        image,
        command: ['node', '-e', program],
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      },
    ],
  },
});
