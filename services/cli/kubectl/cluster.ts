/** What the commands of `kubectl monitor` are given: the cluster, the terminal, the names in it. */
import type { Transport } from '../../core/kube/transport.ts';
import type { CliIo } from '../io.ts';
import type { Exec } from './exec.ts';

/** Flags that kubectl has too; they stand behind the plugin's name. */
export interface ClusterOptions {
  readonly namespace?: string;
  readonly kubeconfig?: string;
  /** Namespace of the platform. */
  readonly platform: string;
}

export interface Cluster {
  readonly transport: Transport;
  /** Runs a program in a pod. */
  readonly exec: Exec;
  /** Of `-n`, else of the current context, else `default`. */
  readonly namespace: string;
  readonly platform: string;
}

export interface KubectlIo extends CliIo {
  /** Opens the API server that the flags and the environment name. */
  readonly open: (kubeconfig: string | undefined) => Promise<{
    readonly transport: Transport;
    readonly exec: Exec;
    readonly namespace: string | undefined;
  }>;
  /** Runs kubectl with these arguments on this terminal; its exit code. */
  readonly kubectl: (args: readonly string[]) => Promise<number>;
}

export interface KubectlContext {
  readonly io: KubectlIo;
  readonly options: ClusterOptions;
  readonly cluster: () => Promise<Cluster>;
}

/** Connects when a command first asks. */
export function createKubectlContext(io: KubectlIo, options: ClusterOptions): KubectlContext {
  let cluster: Promise<Cluster> | undefined;
  const open = async (): Promise<Cluster> => {
    const { transport, exec, namespace } = await io.open(options.kubeconfig);
    return {
      transport,
      exec,
      namespace: options.namespace ?? namespace ?? 'default',
      platform: options.platform,
    };
  };
  return { io, options, cluster: () => (cluster ??= open()) };
}

/** Names that the operator listens to. */
export const ANNOTATIONS = {
  runRequestedAt: 'mon.duckerhub.com/run-requested-at',
  dryRun: 'mon.duckerhub.com/dry-run',
  rotateRequestedAt: 'mon.duckerhub.com/rotate-requested-at',
  rotateNowRequestedAt: 'mon.duckerhub.com/rotate-now-requested-at',
  rotateDataKeyRequestedAt: 'mon.duckerhub.com/rotate-data-key-requested-at',
  suspendRequestedBy: 'mon.duckerhub.com/suspend-requested-by',
  resumeRequestedBy: 'mon.duckerhub.com/resume-requested-by',
  rotateRequestedBy: 'mon.duckerhub.com/rotate-requested-by',
  rotateNowRequestedBy: 'mon.duckerhub.com/rotate-now-requested-by',
  rotateDataKeyRequestedBy: 'mon.duckerhub.com/rotate-data-key-requested-by',
} as const;

/** Label by which the pods of a component are found. */
export const COMPONENT_LABEL = 'mon.duckerhub.com/component';
