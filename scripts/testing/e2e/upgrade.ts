/** A release of an earlier chart is upgraded, rolled back, and upgraded again; its monitors go on. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { EGRESS_ALLOW, SERVICE_ACCOUNTS } from '../../../operator/src/names.ts';
import { alertsOf, becomes, channelObjects, jobOf } from './journey.ts';
import {
  NAMESPACE,
  prepareNamespaces,
  rollOut,
  TEAM,
  timed,
  until,
  type System,
} from './system.ts';

/** What earlier/README.md says. */
const EARLIER = path.join(import.meta.dirname, 'earlier', 'duckmon-0.1.0.tgz');
/** The images are newer than that chart; what their operator may do since then is given beside it. */
const LATER = 'later-rights';
const LATER_RIGHTS: readonly object[] = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: LATER, namespace: NAMESPACE },
    rules: [
      {
        apiGroups: [''],
        resources: ['configmaps'],
        resourceNames: [EGRESS_ALLOW],
        verbs: ['get', 'list', 'watch', 'create', 'patch'],
      },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: LATER, namespace: NAMESPACE },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: LATER },
    subjects: [{ kind: 'ServiceAccount', name: SERVICE_ACCOUNTS.operator, namespace: NAMESPACE }],
  },
];
const MONITOR = 'upgraded';
const FIRST_PRICE = 10;

const pageOf = (price: number): string =>
  `<!doctype html><title>Shop</title><h1>Duck</h1><p>Price: EUR ${price}.00</p>`;

/** Takes away what other tests have installed, and everything that they kept. */
async function empty(system: System): Promise<void> {
  const { helm, node } = system;
  const release = ['duckmon', '-n', NAMESPACE];
  await helm.run(['uninstall', ...release, '--ignore-not-found', '--wait', '--timeout', '3m']);
  const gone = ['--ignore-not-found', '--timeout=120s'];
  await node.kubectl(['delete', 'namespace', NAMESPACE, TEAM, ...gone]);
  await node.kubectl(['delete', 'crd', '-l', 'app.kubernetes.io/part-of=duckmon', ...gone]);
  await prepareNamespaces(system);
}

interface SecretItem {
  readonly type: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
}

/** Keys and passwords by the name of their Secret; what Helm remembers of its releases is left out. */
async function secretsOf({ kubectl }: System): Promise<ReadonlyMap<string, SecretItem['data']>> {
  const { items } = JSON.parse(await kubectl(['get', 'secrets', '-o', 'json'])) as {
    items: SecretItem[];
  };
  const own = items.filter(({ type }) => !type.startsWith('helm.sh/'));
  return new Map(own.map(({ metadata, data }) => [metadata.name, data]));
}

export function upgrade(given: () => System): void {
  let price = FIRST_PRICE;
  /** A change that is there, and that nobody has looked at yet. */
  const changePage = (): void => given().world.site.set(MONITOR, pageOf((price += 1)));
  const isTold = async (): Promise<void> => {
    const system = given();
    const wanted = alertsOf(system, MONITOR).length + 1;
    await system.monitor('run', MONITOR, '-n', TEAM, '--wait');
    await until('its alert', async () => alertsOf(system, MONITOR).length >= wanted || undefined);
    const said = alertsOf(system, MONITOR).at(-1)?.raw ?? '';
    assert.match(said, new RegExp(`"before":"${price - 1}\\.00"`), 'the baseline was kept');
  };

  before(async function () {
    this.timeout(600_000);
    const system = given();
    await empty(system);
    await system.apply(...LATER_RIGHTS);
    await system.install(system.values, EARLIER);
    system.world.site.set(MONITOR, pageOf(FIRST_PRICE));
    await system.apply(...channelObjects(system), jobOf(system, MONITOR, MONITOR));
    await becomes(system, `mj/${MONITOR}`, 'Healthy');
  });

  it('F22 loses nothing over an upgrade from an earlier chart, a rollback, and the upgrade again', async function () {
    this.timeout(900_000);
    const system = given();
    const { values } = system;
    changePage();
    await isTold();
    const secrets = await secretsOf(system);
    const uid = await system.read(`mj/${MONITOR}`, '{.metadata.uid}', TEAM);
    const steps: readonly (readonly [string, () => Promise<void>])[] = [
      // As values.yaml says of a version whose pods show no tokens.
      ['helm upgrade', () => system.install({ ...values, workloadIdentity: { enabled: false } })],
      ['helm rollback', () => rollBack(system)],
      ['helm upgrade', () => system.install({ ...values, workloadIdentity: { enabled: false } })],
      ['helm upgrade to tokens', () => system.install(values)],
    ];
    for (const [what, step] of steps) {
      changePage();
      await timed(system, `${what} until Ready`, step);
      await isTold();
      const now = await secretsOf(system);
      for (const [name, data] of secrets) assert.deepEqual(now.get(name), data, name);
    }
    assert.equal(await system.read(`mj/${MONITOR}`, '{.metadata.uid}', TEAM), uid);
    assert.deepEqual(
      alertsOf(system, MONITOR).map(({ raw }) => /"after":"(\d+)\.00"/.exec(raw)?.[1]),
      Array.from({ length: price - FIRST_PRICE }, (_, at) => String(FIRST_PRICE + 1 + at)),
      'each change was told once',
    );
  });
}

/** To the first revision, which is the earlier chart's. */
async function rollBack({ helm, kubectl }: System): Promise<void> {
  await helm.run(['rollback', 'duckmon', '1', '-n', NAMESPACE]);
  await rollOut(kubectl);
}
