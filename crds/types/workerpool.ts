// Generated from crds/workerpools.yaml by `npm run generate`; do not edit.
import type { ObjectMeta, StatusCondition } from './monitorjob.ts';

/** A WorkerPool as stored: validated, with every default filled in. */
export interface WorkerPool {
  apiVersion: 'mon.duckerhub.com/v1alpha1';
  kind: 'WorkerPool';
  metadata: ObjectMeta;
  spec: WorkerPoolSpec;
  status?: WorkerPoolStatus;
}

/** What the user wants. */
export interface WorkerPoolSpec {
  /** What the pods do; cannot be changed. One of Browser, LLM. */
  role: 'Browser' | 'LLM';
  /** Number of pods; written by whoever scales. From 0 to 200. Default: 1. */
  replicas: number;
  /** Checks or judgements that one pod does at the same time. From 1 to 16. Default: 4. */
  slotsPerPod: number;
  /** Resources of one pod. Absent means what fits the role. */
  resources?: PoolResources;
  /** RuntimeClass of the pods, such as gvisor or kata. Absent means that of the cluster. At most 253 characters. */
  runtimeClassName?: string;
  /** Labels that a node must have. At most 20 keys. */
  nodeSelector?: Record<string, string>;
  /** Taints of nodes that the pods put up with. At most 20. */
  tolerations?: Toleration[];
  /** PriorityClass of the pods. Absent means that of the cluster. At most 253 characters. */
  priorityClassName?: string;
  /** How a browser is kept from its node. SeccompLocalhost is Chromium's own sandbox under duckmon's seccomp profile; RuntimeClass leaves it to runtimeClassName; None has no sandbox, and condition Sandboxed says so. One of SeccompLocalhost, RuntimeClass, None. Default: SeccompLocalhost. */
  sandbox: 'SeccompLocalhost' | 'RuntimeClass' | 'None';
  /** When a browser process is replaced by a new one, whichever comes first. Default: {}. */
  recycle: PoolRecycle;
  /** How the number of pods follows the load. Default: {}. */
  autoscaling: PoolAutoscaling;
  /** Which model the workers ask; for role LLM only, and only in the namespace of the platform. */
  model?: PoolModel;
  /** Private targets of the pages that this pool fetches. */
  egress?: Egress;
  /** Image of the workers. Absent means the platform's. By digest: name@sha256: and 64 hexadecimal digits. At most 512 characters. */
  image?: string;
}

/** Resources of one pod. Absent means what fits the role. */
export interface PoolResources {
  /** What is set aside for a pod. */
  requests?: ResourceAmounts;
  /** What a pod may use at most. */
  limits?: ResourceAmounts;
}

/** What is set aside for a pod. */
export interface ResourceAmounts {
  /** Processor time. A quantity of Kubernetes in quotes, such as "500m" or "1Gi". At most 24 characters. */
  cpu?: string;
  /** Memory. A quantity of Kubernetes in quotes, such as "500m" or "1Gi". At most 24 characters. */
  memory?: string;
  /** Space of emptyDir volumes and logs. A quantity of Kubernetes in quotes, such as "500m" or "1Gi". At most 24 characters. */
  ephemeralStorage?: string;
}

/** One toleration, as in a pod. */
export interface Toleration {
  /** Key of the taint. Absent means every taint, and needs operator Exists. At most 317 characters. */
  key?: string;
  /** Whether the value must be the same or the key alone counts. One of Exists, Equal. Default: Equal. */
  operator: 'Exists' | 'Equal';
  /** Value of the taint, for operator Equal. At most 63 characters. */
  value?: string;
  /** Effect of the taint. Absent means every effect. One of NoSchedule, PreferNoSchedule, NoExecute. */
  effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  /** For how many seconds a NoExecute taint is put up with. Absent means for ever. From 0 to 86400. */
  tolerationSeconds?: number;
}

/** When a browser process is replaced by a new one, whichever comes first. Default: {}. */
export interface PoolRecycle {
  /** After so many checks. From 1 to 100000. Default: 200. */
  checks: number;
  /** After so much time. A duration from 1m to 24h, such as 90s, 15m or 1h30m. Default: 30m. */
  age: string;
  /** Above so much memory. A quantity of Kubernetes in quotes, such as "500m" or "1Gi". At most 24 characters. Default: 1Gi. */
  memory: string;
}

/** How the number of pods follows the load. Default: {}. */
export interface PoolAutoscaling {
  /** Who changes replicas: the operator (from the specs, before the load comes), an HPA or KEDA of your own through /scale, or nobody. One of Operator, HPA, KEDA, Off (in quotes in YAML, where kubectl reads the bare word as false). Default: Operator. */
  mode: 'Operator' | 'HPA' | 'KEDA' | 'Off';
  /** Least number of pods. From 0 to 100. Default: 1. */
  min: number;
  /** Most pods. From 1 to 200. Default: 20. */
  max: number;
  /** Share of the slots that is planned to be busy, in percent. From 10 to 95. Default: 70. */
  targetUtilizationPercent: number;
  /** For so long fewer pods must suffice before one is taken away. A duration from 0s to 24h, such as 90s, 15m or 1h30m. Default: 5m. */
  scaleDownDelay: string;
}

/** Which model the workers ask; for role LLM only, and only in the namespace of the platform. */
export interface PoolModel {
  /** How the model is asked: OpenAI, or any endpoint that speaks its protocol. One of OpenAI, Compatible. Default: OpenAI. */
  provider: 'OpenAI' | 'Compatible';
  /** Name of the model. At most 128 characters. */
  name: string;
  /** Address of the endpoint. Absent means that of OpenAI. An absolute http or https URL without user info. 8 to 2048 characters. */
  baseUrl?: string;
  /** Key of a Secret in the same namespace that holds the API key. Absent for an endpoint that needs none. */
  secretRef?: ModelSecretRef;
}

/** Key of a Secret in the same namespace that holds the API key. Absent for an endpoint that needs none. */
export interface ModelSecretRef {
  /** Name of the Secret; it begins with duckmon-keys-model-. A DNS label. At most 63 characters. */
  name: string;
  /** Key in the Secret. At most 253 characters. */
  key: string;
}

/** Private targets of the pages that this pool fetches. */
export interface Egress {
  /** Private targets that pages of this pool need. Opens and closes nothing: MonitorPlatform.spec.egress.allow does, and what it does not grant to the namespace is told in the condition Ready. At most 50. */
  allow?: EgressAllow[];
}

/** One block of addresses. */
export interface EgressAllow {
  /** Addresses. A block of IPv4 or IPv6 addresses such as 10.0.0.0/8 or fd00::/8. At most 49 characters. */
  cidr: string;
  /** TCP ports. 1 to 20. */
  ports: number[];
}

/** What is. Written by the operator. */
export interface WorkerPoolStatus {
  /** Generation of the spec that the status is about. At least 0. */
  observedGeneration?: number;
  /** State of the object in the words of Kubernetes. At most 16. */
  conditions?: StatusCondition[];
  /** Pods that exist. At least 0. */
  replicas?: number;
  /** Pods that take work. At least 0. */
  readyReplicas?: number;
  /** Checks or judgements that the ready pods do at the same time. At least 0. */
  slots?: number;
  /** Slots that the specs of the jobs ask for. At least 0. */
  slotsNeeded?: number;
  /** Label selector of the pods, for /scale. At most 512 characters. */
  selector?: string;
}
