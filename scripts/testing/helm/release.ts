/** The chart in a cluster of its own: it is one installation a cluster, and changes what holds for all of it. */
import { chartFolder } from '../../generate-chart.ts';
import { startTestCluster, type TestCluster } from '../cluster/cluster.ts';
import { openHelm, type Helm, type Values } from './helm.ts';

export const NAMESPACE = 'duckmon';
/** Of tenants and users, as samples name them. */
const OTHERS = ['team-a', 'team-b', 'people'];

export interface Release {
  readonly cluster: TestCluster;
  readonly helm: Helm;
  readonly install: (values?: Values) => Promise<void>;
  readonly upgrade: (values: Values) => Promise<void>;
  readonly rollback: (revision: number) => Promise<void>;
  /** Without hooks, since no pod ever runs here. */
  readonly uninstall: () => Promise<void>;
  /** Runs kubectl in the namespace of the release. */
  readonly kubectl: (args: readonly string[], input?: string) => Promise<string>;
  /** The text of a JSON path of an object, and undefined when it is not there. */
  readonly look: (what: string, path: string) => Promise<string | undefined>;
}

const namespaceOf = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name,
    labels: {
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/enforce-version': 'latest',
    },
  },
});

/** As much of a definition as is needed to store objects of others. */
export function definitionOf(group: string, kind: string, scope = 'Namespaced'): object {
  const plural = `${kind.toLowerCase().replace(/s$/, '')}s`;
  const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

export const listOf = (items: readonly object[]): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

/** Starts a cluster with the namespaces of the samples. To be called in `describe`. */
export function useRelease(): () => Release {
  let release: Release;
  before(async function () {
    this.timeout(150_000);
    const cluster = await startTestCluster();
    const definitions = ['ServiceMonitor', 'PrometheusRule'].map((kind) =>
      definitionOf('monitoring.coreos.com', kind),
    );
    const namespaces = [NAMESPACE, ...OTHERS].map(namespaceOf);
    await cluster.kubectl(['apply', '-f', '-'], listOf([...definitions, ...namespaces]));
    release = releaseIn(cluster, await openHelm(cluster.kubeconfig));
  });
  after(async function () {
    this.timeout(30_000);
    release.helm.remove();
    await release.cluster.stop();
  });
  return () => release;
}

function releaseIn(cluster: TestCluster, helm: Helm): Release {
  const run = async (args: readonly string[], values?: Values): Promise<void> => {
    const from = values === undefined ? [] : ['-f', '-'];
    await helm.run([...args, '-n', NAMESPACE, ...from], JSON.stringify(values ?? {}));
  };
  const kubectl: Release['kubectl'] = (args, input) =>
    cluster.kubectl(['-n', NAMESPACE, ...args], input);
  return {
    cluster,
    helm,
    install: (values = {}) => run(['install', 'duckmon', chartFolder], values),
    upgrade: (values) => run(['upgrade', 'duckmon', chartFolder], values),
    rollback: (revision) => run(['rollback', 'duckmon', String(revision)]),
    uninstall: () => run(['uninstall', 'duckmon', '--no-hooks']),
    kubectl,
    look: async (what, path) => {
      const text = await kubectl(['get', what, '--ignore-not-found', '-o', `jsonpath=${path}`]);
      return text === '' ? undefined : text;
    },
  };
}

/** The kind and name of an object. */
export const nameOf = (object: {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}): string => `${object.kind}/${object.metadata.name}`;
