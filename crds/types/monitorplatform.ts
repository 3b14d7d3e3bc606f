// Generated from crds/monitorplatforms.yaml by `npm run generate`; do not edit.
import type { ObjectMeta, StatusCondition } from './monitorjob.ts';

/** A MonitorPlatform as stored: validated, with every default filled in. */
export interface MonitorPlatform {
  apiVersion: 'mon.duckerhub.com/v1alpha1';
  kind: 'MonitorPlatform';
  metadata: ObjectMeta;
  spec: MonitorPlatformSpec;
  status?: MonitorPlatformStatus;
}

/** What the administrators want. */
export interface MonitorPlatformSpec {
  /** Address of the dashboard as people reach it. Absent means the chart's. An absolute http or https URL without user info. 8 to 2048 characters. */
  publicUrl?: string;
  /** Who may sign in, and who proves it. Absent means one-time links only. */
  identity?: Identity;
  /** When keys are replaced. Default: {}. */
  keys: Keys;
  /** Pods of the ingress controller: the only ones outside that reach dashboard and api. Absent means nobody does. */
  ingress?: Ingress;
  /** Who may read the metrics. Absent means nobody does. */
  monitoring?: Monitoring;
  /** What the egress proxy may reach. Private, special and cloud metadata addresses are always refused, unless allowed here. */
  egress?: Egress;
  /** Pools that the operator makes in its own namespace. Default: {}. */
  pools: Pools;
  /** Models of jobs that name none. Default: {}. */
  models: Models;
  /** Images of the workers. Absent means those of the operator's release. */
  images?: Images;
  /** Limits of jobs and namespaces. Absent means no limit. */
  limits?: Limits;
  /** Mail of the platform itself. */
  notifications?: Notifications;
  /** Freezes everything while true: no checks, no alerts. Default: false. */
  suspend: boolean;
}

/** Who may sign in, and who proves it. Absent means one-time links only. */
export interface Identity {
  /** OpenID Connect issuer, such as https://accounts.google.com. An absolute http or https URL without user info. 8 to 2048 characters. */
  issuer: string;
  /** Where the client id stands. */
  clientIdFrom: IdentityClientIdFrom;
  /** Domains whose people may sign in (with Google by the hd claim). At most 100. */
  allowedDomains?: string[];
  /** People who may sign in, by confirmed address. At most 1000. */
  allowedEmails?: string[];
  /** Claim that names the groups of a person. Absent means that no groups are asked for. At most 128 characters. */
  groupsClaim?: string;
  /** What a person is called in Kubernetes: this, and then the subject. At most 64 characters. */
  usernamePrefix?: string;
}

/** Where the client id stands. */
export interface IdentityClientIdFrom {
  /** Key of a Secret in the same namespace. */
  secretKeyRef: SecretKeyRef;
}

/** Key of a Secret in the same namespace. */
export interface SecretKeyRef {
  /** Name of the Secret. A DNS label. At most 63 characters. */
  name: string;
  /** Key in the Secret. At most 253 characters. */
  key: string;
}

/** When keys are replaced. Default: {}. */
export interface Keys {
  /** Age at which a new key is made. A duration from 1h to 8760h, such as 90s, 15m or 1h30m. Default: 720h. */
  rotateEvery: string;
  /** For so long the key before stays valid after the new one is in use. A duration from 15m to 168h, such as 90s, 15m or 1h30m. Default: 15m. */
  overlap: string;
  /** Age at which a key is replaced although a reader does not have the new one yet. A duration from 2h to 17520h, such as 90s, 15m or 1h30m. Default: 2160h. */
  maxAge: string;
}

/** Pods of the ingress controller: the only ones outside that reach dashboard and api. Absent means nobody does. */
export interface Ingress {
  /** Namespaces of the ingress controller. */
  namespaceSelector: LabelSelector;
  /** Pods of the ingress controller. */
  podSelector: LabelSelector;
}

/** Namespaces of the ingress controller. */
export interface LabelSelector {
  /** Labels that it must have, all of them. At most 20 keys. */
  matchLabels: Record<string, string>;
}

/** Who may read the metrics. Absent means nobody does. */
export interface Monitoring {
  /** Namespaces of the monitoring. */
  namespaceSelector: LabelSelector;
}

/** What the egress proxy may reach. Private, special and cloud metadata addresses are always refused, unless allowed here. */
export interface Egress {
  /** Blocks that are refused as well: the cluster's own pods, services and nodes, where they are not private addresses. At most 100. */
  denyCIDRs?: string[];
  /** Private targets that may be fetched; between blocks the more specific one wins, and a tie refuses. At most 100. */
  allow?: EgressAllow[];
}

/** One target: a block of addresses, or pods of the cluster. */
export interface EgressAllow {
  /** Namespaces whose jobs may fetch it. Absent means all. At most 100. */
  namespaces?: string[];
  /** Addresses. A block of IPv4 or IPv6 addresses such as 10.0.0.0/8 or fd00::/8. At most 49 characters. */
  cidr?: string;
  /** Namespaces of the pods; together with podSelector. */
  namespaceSelector?: LabelSelector;
  /** Pods that the network opens to the egress proxy. The proxy itself knows addresses alone, so that their Service needs an entry with its address as cidr as well. */
  podSelector?: LabelSelector;
  /** TCP ports of the target; for pods, their own ports and not those of a Service. 1 to 20. */
  ports: number[];
}

/** Pools that the operator makes in its own namespace. Default: {}. */
export interface Pools {
  /** Shared browsers; fields as in a WorkerPool. Default: {}. */
  browser: PoolsBrowser;
  /** Workers that ask the model; fields as in a WorkerPool. Default: {}. */
  llm: PoolsLlm;
}

/** Shared browsers; fields as in a WorkerPool. Default: {}. */
export interface PoolsBrowser {
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
  /** How the number of pods follows the load. Default: {}. */
  autoscaling: PoolAutoscaling;
  /** Private targets of the pages that this pool fetches. */
  egress?: PoolEgress;
  /** How a browser is kept from its node. SeccompLocalhost is Chromium's own sandbox under duckmon's seccomp profile; RuntimeClass leaves it to runtimeClassName; None has no sandbox, and condition Sandboxed says so. One of SeccompLocalhost, RuntimeClass, None. Default: SeccompLocalhost. */
  sandbox: 'SeccompLocalhost' | 'RuntimeClass' | 'None';
  /** When a browser process is replaced by a new one, whichever comes first. Default: {}. */
  recycle: PoolRecycle;
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

/** Private targets of the pages that this pool fetches. */
export interface PoolEgress {
  /** Private targets that pages of this pool need. Opens and closes nothing: MonitorPlatform.spec.egress.allow does, and what it does not grant to the namespace is told in the condition Ready. At most 50. */
  allow?: PoolEgressAllow[];
}

/** One block of addresses. */
export interface PoolEgressAllow {
  /** Addresses. A block of IPv4 or IPv6 addresses such as 10.0.0.0/8 or fd00::/8. At most 49 characters. */
  cidr: string;
  /** TCP ports. 1 to 20. */
  ports: number[];
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

/** Workers that ask the model; fields as in a WorkerPool. Default: {}. */
export interface PoolsLlm {
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
  /** How the number of pods follows the load. Default: {}. */
  autoscaling: PoolAutoscaling;
  /** Private targets of the pages that this pool fetches. */
  egress?: PoolEgress;
  /** Which model the workers ask; for role LLM only, and only in the namespace of the platform. */
  model?: PoolModel;
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

/** Models of jobs that name none. Default: {}. */
export interface Models {
  /** Model that judges. Absent means that of pools.llm. At most 128 characters. */
  default?: string;
  /** Cheaper model, for budget.onExceeded SmallModel. Absent means that there is none. At most 128 characters. */
  small?: string;
  /** Whether page text may be sent to models outside of the platform. Default: true. */
  allowExternal: boolean;
  /** Prices that differ from duckmon's own list. At most 50. */
  prices?: ModelsPrice[];
}

/** Price of one model in US dollars for a million tokens. */
export interface ModelsPrice {
  /** Name of the model. At most 128 characters. */
  model: string;
  /** Input. A decimal number in quotes such as "2.50". At most 16 characters. */
  input: string;
  /** Input that was cached. A decimal number in quotes such as "2.50". At most 16 characters. */
  cached: string;
  /** Output. A decimal number in quotes such as "2.50". At most 16 characters. */
  output: string;
}

/** Images of the workers. Absent means those of the operator's release. */
export interface Images {
  /** Image of browser pods. By digest: name@sha256: and 64 hexadecimal digits. At most 512 characters. */
  browser?: string;
  /** Image of LLM pods. By digest: name@sha256: and 64 hexadecimal digits. At most 512 characters. */
  llm?: string;
}

/** Limits of jobs and namespaces. Absent means no limit. */
export interface Limits {
  /** Shortest schedule.interval of a job. A duration from 60s to 744h, such as 90s, 15m or 1h30m. */
  minInterval?: string;
  /** Least isolation of a job; a job without the field counts as Shared. One of Shared, Namespace, Dedicated, Ephemeral. */
  minIsolation?: 'Shared' | 'Namespace' | 'Dedicated' | 'Ephemeral';
  /** Most sources of a job. From 1 to 20. */
  maxSourcesPerJob?: number;
  /** Most MonitorJobs in a namespace; becomes a ResourceQuota. From 0 to 100000. */
  monitorsPerNamespace?: number;
  /** Most checks an hour in a namespace. From 1 to 1000000. */
  checksPerHour?: number;
  /** Most that the models of a namespace may cost in a month, in US dollars. A decimal number in quotes such as "25.00". At most 14 characters. */
  usdPerMonth?: string;
  /** Most days for which history is kept. From 1 to 365. */
  retentionDays?: number;
  /** Other limits of single namespaces; what is absent there holds as above. At most 200. */
  overrides?: LimitsOverride[];
}

/** Limits of one namespace. */
export interface LimitsOverride {
  /** Name of the namespace. At most 63 characters. */
  namespace: string;
  /** Shortest schedule.interval of a job. A duration from 60s to 744h, such as 90s, 15m or 1h30m. */
  minInterval?: string;
  /** Least isolation of a job; a job without the field counts as Shared. One of Shared, Namespace, Dedicated, Ephemeral. */
  minIsolation?: 'Shared' | 'Namespace' | 'Dedicated' | 'Ephemeral';
  /** Most sources of a job. From 1 to 20. */
  maxSourcesPerJob?: number;
  /** Most MonitorJobs in a namespace; becomes a ResourceQuota. From 0 to 100000. */
  monitorsPerNamespace?: number;
  /** Most checks an hour in a namespace. From 1 to 1000000. */
  checksPerHour?: number;
  /** Most that the models of a namespace may cost in a month, in US dollars. A decimal number in quotes such as "25.00". At most 14 characters. */
  usdPerMonth?: string;
  /** Most days for which history is kept. From 1 to 365. */
  retentionDays?: number;
}

/** Mail of the platform itself. */
export interface Notifications {
  /** Sender address of mail. At most 254 characters. */
  from?: string;
  /** Who is told about the installation. At most 25. */
  platformRecipients?: string[];
}

/** What is. Written by the operator. */
export interface MonitorPlatformStatus {
  /** Generation of the spec that the status is about. At least 0. */
  observedGeneration?: number;
  /** Version of the operator. At most 64 characters. */
  version?: string;
  /** State of the object in the words of Kubernetes. At most 16. */
  conditions?: StatusCondition[];
  /** Keys in force; never their values. At most 32. */
  keys?: StatusKey[];
  /** When the next key is made. RFC 3339. */
  nextRotation?: string;
  /** Slots of all browser pools. */
  capacity?: StatusCapacity;
  /** Namespaces that have monitors. At least 0. */
  namespaces?: number;
  /** Monitors in all namespaces. At least 0. */
  monitors?: number;
}

/** One key. */
export interface StatusKey {
  /** Name of the key, unique. At most 128 characters. */
  kid: string;
  /** What it is for. One of Internal, Jwt, Data. */
  ring: 'Internal' | 'Jwt' | 'Data';
  /** Whether it is used next, now, or was before. One of Next, Current, Previous. */
  state: 'Next' | 'Current' | 'Previous';
  /** Tells keys apart; made from the value by a one-way function. At most 64 characters. */
  fingerprint: string;
  /** When it was made. RFC 3339. */
  created: string;
}

/** Slots of all browser pools. */
export interface StatusCapacity {
  /** Slots of ready pods. At least 0. */
  slots: number;
  /** Slots that the specs ask for. At least 0. */
  needed: number;
}
