import {
  seen,
  ABSENT,
  crdsWith,
  POLICIES,
  bindings,
  namespace,
  itTells,
} from './testing/snapshot.ts';

describe('the examination of the cluster', () => {
  itTells([
    [
      'an old API server',
      { version: 'v1.29.9' },
      /^fail API server: v1\.29\.9 is too old; .*1\.30/,
    ],
    ['a strange API server', { version: 'x' }, /^warn API server: says that its version is x/],
    [
      'a missing kind',
      { crds: seen([]) },
      /^fail kinds: monitorjobs\.mon\S* is not installed; run kubectl apply/,
    ],
    ['kinds at an API server without any', { crds: ABSENT }, /^fail kinds: there are none/],
    [
      'a kind without the version of the client',
      crdsWith({ spec: { versions: [{ name: 'v1alpha1', served: false }] } }),
      /^fail kinds: workerpools\S* has no version v1alpha1, which this client speaks/,
    ],
    [
      'a kind that is not established',
      crdsWith({ status: {} }),
      /^fail kinds: workerpools\S* is not established/,
    ],
    [
      'a kind of another release',
      crdsWith({
        metadata: {
          name: 'workerpools.mon.duckerhub.com',
          labels: { 'app.kubernetes.io/version': '0.9.0' },
        },
      }),
      /^warn kinds: workerpools\S* is of release 0\.9\.0, the operator of 1\.0\.0/,
    ],
    [
      'a namespace without Pod Security',
      namespace({}),
      /^warn namespace: duckmon takes any pods; run kubectl label/,
    ],
    [
      'a namespace with a weaker Pod Security',
      namespace({ 'pod-security.kubernetes.io/enforce': 'baseline' }),
      /^warn namespace: duckmon takes baseline pods/,
    ],
    [
      'no namespace',
      { ownNamespace: ABSENT },
      /^fail namespace: there is no namespace duckmon; .*--platform/,
    ],
    [
      'no policies',
      { policies: seen([]) },
      /^fail admission policies: there are none; .*admissionPolicies\.enabled=true/,
    ],
    [
      'a policy that is not there',
      { policies: seen(POLICIES.slice(1)) },
      /^fail admission policies: duckmon-api-secrets not there/,
    ],
    [
      'a policy that only warns',
      bindings(['Warn']),
      /^fail admission policies: duckmon-limits is bound by nothing that denies/,
    ],
  ]);
});
