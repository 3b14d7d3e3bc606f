import assert from 'node:assert/strict';
import { explain, isForbidden, isMissing } from './failures.ts';
import { ProgramError } from './programs.ts';
import { kubectlSays, PLACE } from './testing.ts';

describe('prod: failures', () => {
  const FORBIDDEN =
    'Error from server (Forbidden): pods is forbidden: User "anna" cannot list resource "pods" in API group "" in the namespace "duckmon"';

  for (const [said, wanted] of [
    [
      'Unable to connect to the server: dial tcp: lookup k8s.example.org: no such host',
      /^The API server https:\/\/k8s\.example\.org of the context prod does not answer/,
    ],
    [
      'Error: Kubernetes cluster unreachable: Get "https://k8s": dial tcp 10.0.0.1:6443: i/o timeout',
      /does not answer: is the cluster up/,
    ],
    [
      'Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority',
      /not accepted \(certificate signed by unknown authority\): the kubeconfig is of another/,
    ],
    [
      'error: You must be logged in to the server (Unauthorized)',
      /credentials of the context prod/,
    ],
    [FORBIDDEN, /^You lack a right, .*give: pods is forbidden: User "anna" cannot list/],
    [
      'namespaces "duckmon" is forbidden: User "a" cannot patch resource "namespaces" in API group ""',
      /kubectl label namespace duckmon pod-security\S+=restricted\), and you add --keep-namespace/,
    ],
    [
      'Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress',
      /helm -n duckmon history duckmon, then helm rollback/,
    ],
    [
      'error: the server doesn\'t have a resource type "workerpools"',
      /does not know workerpools: .*npm run prod-up installs them/,
    ],
    ['Error: release: not found', /no release duckmon in the namespace duckmon; npm run prod-up/],
    [
      'error: Apply failed with 1 conflict: conflict with "kubectl-label": .metadata.labels.x',
      /^Somebody else \(kubectl-label\) has set another level of Pod Security/,
    ],
  ] as const)
    it(`have a next step: ${said.slice(0, 60)}`, () => {
      assert.match(explain(kubectlSays(said), PLACE), wanted);
    });

  it('that nobody knows are repeated without the warnings around them', () => {
    const said =
      'WARNING: Kubernetes configuration file is group-readable\nI1126 helm.go:1] x\nError: values don\'t meet the schema:\n- at "/x": wrong';
    assert.equal(
      explain(new ProgramError('helm', said), PLACE),
      'helm says: Error: values don\'t meet the schema:\n- at "/x": wrong',
    );
  });

  it('tell what is not there from what may not be looked at', () => {
    const missing = kubectlSays('Error from server (NotFound): cronjobs.batch "x" not found');
    assert.deepEqual([isMissing(missing), isForbidden(missing)], [true, false]);
    const forbidden = kubectlSays(FORBIDDEN);
    assert.deepEqual([isMissing(forbidden), isForbidden(forbidden)], [false, true]);
  });
});
