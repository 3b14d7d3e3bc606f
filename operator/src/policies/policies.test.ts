import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DEFAULT_PORTS, INTERNAL_CALLS } from '../../../services/core/contracts/ports.ts';
import { COMPONENTS, LABELS } from '../names.ts';
import { FLOWS, METRICS_PORT } from './flows.ts';
import type { NetworkInput } from './input.ts';
import { planNetwork } from './policies.ts';
import { faultsOf, isAllowed, selects, type End } from './testing/evaluate.ts';
import { input, neighbours, outside, parts } from './testing/world.ts';
import type { NetworkPolicy } from './types.ts';

const policiesOf = (asked: NetworkInput): readonly NetworkPolicy[] => {
  const plan = planNetwork(asked);
  return plan.kind === 'policies' ? plan.policies : assert.fail(JSON.stringify(plan.problems));
};
const policies = policiesOf(input);
const everybody: Readonly<Record<string, End>> = { ...parts, ...neighbours, ...outside };

/** The ports that matter of each possible target. */
const TARGETS: readonly (readonly [to: string, port: number])[] = [
  ...Object.entries(DEFAULT_PORTS),
  ['postgres', 5432],
  ['redis', 6379],
  ['canary', 80],
  ['backup', 80],
  ...[...Object.keys(DEFAULT_PORTS), 'operator'].map((name) => [name, METRICS_PORT] as const),
  ['stranger', 80],
  ['team-a browser', 8001],
  ['team-a browser', METRICS_PORT],
  ['team-b browser', 8001],
  ['users browser', 8001],
  ['team-a app', 8080],
  ['impostor', 8004],
  ['other namespace browser', 8001],
  ['kube-dns', 53],
  ['kube-system pod', 53],
  ['kube-dns labels elsewhere', 53],
  ['internet', 443],
  ['internet v6', 443],
  ['kubernetes api', 6443],
  ['kubernetes api', 10250],
  ['public kubernetes api', 443],
  ['public kubernetes api', 6443],
  ['metadata', 80],
  ['metadata v6', 80],
  ['private network', 443],
  ['private network v6', 443],
  ['denied network', 443],
  ['denied network v6', 443],
];

const DNS = 'dashboard api scheduler llm notification egress operator canary backup restore';
/** Pods that nothing of ours selects: they reach what does not defend itself. */
const FREE = [
  'team-a app',
  'impostor',
  'team-a poolless browser',
  'other namespace browser',
  'ingress controller',
  'pod beside the ingress controller',
  'ingress labels elsewhere',
  'prometheus',
  'kube-dns',
  'kube-system pod',
  'kube-dns labels elsewhere',
];
const UNDEFENDED = TARGETS.filter(([to]) => to in outside || FREE.includes(to)).map(
  ([to, port]) => `${to}:${port}`,
);

/** The matrix of the architecture: who may open which connection. Everything else may not. */
const ALLOWED: Readonly<Record<string, string>> = {
  dashboard: 'api:8000, kube-dns:53',
  api: 'scheduler:8004, egress:8005, postgres:5432, redis:6379, kube-dns:53, kubernetes api:6443, public kubernetes api:6443',
  scheduler:
    'browser:8001, team-a browser:8001, team-b browser:8001, users browser:8001, llm:8002, notification:8003, egress:8005, postgres:5432, redis:6379, kube-dns:53',
  browser: 'egress:8005',
  llm: 'egress:8005, kube-dns:53',
  notification: 'egress:8005, kube-dns:53, kubernetes api:6443, public kubernetes api:6443',
  egress: 'kube-dns:53, internet:443, internet v6:443',
  operator: 'scheduler:8004, kube-dns:53, kubernetes api:6443, public kubernetes api:6443',
  canary: 'egress:8005, kube-dns:53',
  postgres: '',
  redis: '',
  backup: 'postgres:5432, kube-dns:53',
  restore: 'postgres:5432, kube-dns:53',
  stranger: '',
  'team-a browser': 'egress:8005',
  'team-b browser': 'egress:8005',
  'users browser': 'egress:8005',
  ...Object.fromEntries(
    [...FREE, ...Object.keys(outside)].map((name) => [name, UNDEFENDED.join(', ')]),
  ),
  'ingress controller': ['dashboard:3000', 'api:8000', ...UNDEFENDED].join(', '),
  prometheus: [
    ...[...Object.keys(DEFAULT_PORTS), 'operator', 'team-a browser'].map(
      (name) => `${name}:${METRICS_PORT}`,
    ),
    ...UNDEFENDED,
  ].join(', '),
};

describe('operator: NetworkPolicies', () => {
  it('C21 B11 allow exactly the connections of the architecture, and no other of at least 400', () => {
    let tuples = 0;
    for (const [name, from] of Object.entries(everybody)) {
      const wanted = new Set((ALLOWED[name] ?? assert.fail(name)).split(', ').filter(Boolean));
      for (const [to, port] of TARGETS) {
        if (to === name) continue;
        tuples += 1;
        const answer = isAllowed(policies, { from, to: everybody[to] ?? assert.fail(to), port });
        assert.equal(answer, wanted.has(`${to}:${port}`), `${name} to ${to}:${port}`);
      }
    }
    assert.ok(tuples >= 400, `only ${tuples}`);
  });

  it('C21 close every other port of every part, to everybody', () => {
    const known = new Set([...Object.values(DEFAULT_PORTS), METRICS_PORT, 5432, 6379]);
    for (const [name, from] of Object.entries(everybody))
      for (const to of [...Object.values(parts), neighbours['team-a browser']])
        for (const port of [22, 53, 80, 443, 2379, 9229, 10250])
          if (from !== to && !known.has(port))
            assert.equal(isAllowed(policies, { from, to, port }), false, `${name} to ${port}`);
  });

  it('C21 let nothing through by UDP but names, so that no page is fetched by QUIC', () => {
    for (const from of [...Object.values(parts), neighbours['team-a browser']])
      for (const [to, port] of TARGETS) {
        const connection = { from, to: everybody[to] as End, port, protocol: 'UDP' } as const;
        const isDns =
          to === 'kube-dns' && DNS.split(' ').includes(from.labels[LABELS.component] ?? '');
        assert.equal(isAllowed(policies, connection), isDns, `${to}:${port}`);
      }
  });

  it('C21 open all TCP ports of the Internet to the proxy, which looks at ports itself', () => {
    for (const port of [80, 465, 587, 8443])
      assert.ok(isAllowed(policies, { from: parts.egress, to: outside.internet, port }));
  });

  it('let the node probe its own pods, which no policy can forbid', () => {
    const node = { kind: 'node', ip: '172.18.0.3' } as const;
    assert.ok(isAllowed(policies, { from: node, to: parts.browser, port: METRICS_PORT }));
  });

  it('C21 deny both ways by default: all pods of the platform, the pods of pools elsewhere', () => {
    const deny = policies.filter(({ spec }) => !spec.ingress && !spec.egress);
    assert.deepEqual(
      deny.map(({ metadata, spec }) => [metadata.namespace, spec.podSelector, spec.policyTypes]),
      [
        ['duckmon', {}, ['Ingress', 'Egress']],
        ...['duckmon-users', 'team-a', 'team-b'].map((namespace) => [
          namespace,
          { matchExpressions: [{ key: LABELS.pool, operator: 'Exists' }] },
          ['Ingress', 'Egress'],
        ]),
      ],
    );
  });

  it("never select a tenant's own pods", () => {
    const theirs = policies.filter(({ metadata }) => metadata.namespace !== 'duckmon');
    assert.ok(theirs.length > 0);
    for (const { metadata, spec } of theirs) {
      assert.ok(selects(spec.podSelector, neighbours['team-a browser'].labels));
      for (const labels of [{}, { app: 'shop' }, neighbours.impostor.labels])
        assert.equal(selects(spec.podSelector, labels), false, metadata.name);
    }
  });

  it('are such as the API server takes, and none has a rule for everybody', () => {
    assert.deepEqual(policies.flatMap(faultsOf), []);
    const names = policies.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    assert.equal(new Set(names).size, names.length);
  });

  it('have a flow for every pair that has a key, so that no call is signed and dropped', () => {
    for (const [from, to] of INTERNAL_CALLS)
      assert.ok(
        FLOWS.some((flow) => flow.from === from && flow.to === to),
        `${from} to ${to}`,
      );
  });

  describe('without an ingress controller and monitoring', () => {
    const closed = policiesOf({ ...input, spec: {} });
    it('let nobody outside of the platform in', () => {
      for (const [name, from] of Object.entries({ ...neighbours, ...outside })) {
        if (['team-a browser', 'team-b browser', 'users browser'].includes(name)) continue;
        for (const [component, to] of Object.entries(parts))
          for (const port of [...Object.values(DEFAULT_PORTS), METRICS_PORT])
            assert.equal(isAllowed(closed, { from, to, port }), false, `${name} to ${component}`);
      }
    });
  });

  describe('without tenants', () => {
    const alone = policiesOf({ ...input, poolNamespaces: ['duckmon'] });
    it('stand in the namespace of the platform alone', () => {
      assert.deepEqual([...new Set(alone.map(({ metadata }) => metadata.namespace))], ['duckmon']);
      assert.deepEqual(alone.flatMap(faultsOf), []);
    });
    it('let no browser of another namespace to the proxy', () => {
      const connection = { from: neighbours['team-a browser'], to: parts.egress, port: 8005 };
      assert.equal(isAllowed(policies, connection), true);
      assert.equal(isAllowed(alone, connection), false);
    });
  });

  describe('with databases outside of the cluster', () => {
    const servers = policiesOf({
      ...input,
      postgres: { kind: 'server', addresses: ['203.0.114.7', '2a01:4f8::7'], port: 6432 },
      redis: { kind: 'server', addresses: ['10.9.0.0/29'], port: 6380 },
    });
    const reach = (from: End, ip: string, port: number): boolean =>
      isAllowed(servers, { from, to: { kind: 'address', ip }, port });
    it('let exactly their clients to them', () => {
      for (const component of COMPONENTS) {
        const isClient = ['api', 'scheduler', 'backup', 'restore'].includes(component);
        for (const ip of ['203.0.114.7', '2a01:4f8::7'])
          assert.equal(reach(parts[component], ip, 6432), isClient, component);
        const isCached = component === 'api' || component === 'scheduler';
        assert.equal(reach(parts[component], '10.9.0.3', 6380), isCached, component);
      }
    });
    it('keep pages from them, also at public addresses', () => {
      assert.equal(reach(parts.egress, '203.0.114.7', 6432), false);
      assert.equal(reach(parts.egress, '203.0.114.8', 6432), true);
    });
  });

  describe('whose input has faults', () => {
    const problemsOf = (asked: NetworkInput) => {
      const plan = planNetwork(asked);
      return plan.kind === 'invalid'
        ? plan.problems.map(({ path, message }) => `${path} ${message}`)
        : [];
    };
    const wrong = 'is no block of addresses such as 10.0.0.0/8 or fd00::/8';
    it('are not written at all, and each field is named', () => {
      const egress = {
        denyCIDRs: ['10.0.0.0/8', '300.0.0.0/8'],
        allow: [{ cidr: '10.0.0.0/33', ports: [80] }],
      };
      assert.deepEqual(problemsOf({ ...input, spec: { egress } }), [
        `spec.egress.denyCIDRs[1] ${wrong}`,
        `spec.egress.allow[0].cidr ${wrong}`,
      ]);
    });
    it('C18 C21 are not written for a list that opens more than any private network', () => {
      const allow = ['10.0.0.0/8', '0.0.0.0/0', '::ffff:0:0/96'].map((cidr) => ({
        cidr,
        ports: [80],
      }));
      const wide =
        'is wider than any private network: write the network that you mean, 10.0.0.0/8 or fc00::/7 at the widest';
      assert.deepEqual(problemsOf({ ...input, spec: { egress: { allow } } }), [
        `spec.egress.allow[1].cidr ${wide}`,
        `spec.egress.allow[2].cidr ${wide}`,
      ]);
    });
    it('are not written while the API server is unknown, which would cut the operator off', () => {
      for (const apiServer of [[], [{ addresses: [], ports: [6443] }]])
        assert.match(
          problemsOf({ ...input, apiServer })[0] ?? '',
          /^EndpointSlice kubernetes has no addresses/,
        );
    });
  });

  it('are the same in whatever order namespaces come, and however often', () => {
    const names = ['team-a', 'team-b', 'duckmon-users'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...names), { maxLength: 9 }), (more) => {
        assert.deepEqual(policiesOf({ ...input, poolNamespaces: [...more, ...names] }), policies);
      }),
    );
  });
});
