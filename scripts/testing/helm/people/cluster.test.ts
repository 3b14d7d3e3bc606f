/** What the chart tells the api about people, and gives to whoever comes by the link. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { readConfig } from '../../../../services/api/config.ts';
import { HelmError, openHelm, type Helm, type Rendered, type Values } from '../helm.ts';
import { containersOf, environmentOf, podsOf } from '../pods.ts';

const LINK = { kind: 'Group', name: 'duckmon:admins', apiGroup: 'rbac.authorization.k8s.io' };

describe('chart: people', function () {
  this.timeout(60_000);
  let helm: Helm;
  before(async () => (helm = await openHelm()));
  after(() => helm.remove());

  const configOf = async (values: Values) => {
    const pod = podsOf(await helm.render(values)).find(({ owner }) =>
      owner.endsWith('/duckmon-api'),
    );
    const [container] = pod ? containersOf(pod) : [];
    assert.ok(container);
    return readConfig(environmentOf(container, () => 'x'));
  };
  /** `namespace: verb resource …` of everything that the group of the link is bound to. */
  const rightsOfLink = async (values: Values): Promise<string[]> => {
    const objects = await helm.render(values);
    const bindings = objects.filter((object) => isDeepStrictEqual(object['subjects'], [LINK]));
    return bindings.map(({ kind, metadata, roleRef }) => {
      assert.equal(kind, 'RoleBinding');
      const { kind: roleKind, name } = roleRef as { kind: string; name: string };
      const role = objects.find(
        (object) => object.kind === roleKind && object.metadata.name === name,
      ) as Rendered & { rules: { resources: string[]; verbs: string[] }[] };
      const rules = role.rules.map(({ resources, verbs }) => `${verbs.join()} ${resources.join()}`);
      return `${metadata.namespace}: ${rules.join(', ')}`;
    });
  };

  it('are known by their address, in the namespaces that are listed', async () => {
    const config = await configOf({ namespaces: { list: ['team-a', 'team-b'] } });
    assert.deepEqual(config.WORKSPACE_NAMESPACES, ['team-a', 'team-b']);
    assert.deepEqual(
      [
        config.KUBERNETES_USERNAME_CLAIM,
        config.KUBERNETES_USERNAME_PREFIX,
        config.KUBERNETES_GROUPS_CLAIM,
        config.KUBERNETES_GROUPS_PREFIX,
      ],
      ['email', undefined, undefined, undefined],
    );
  });

  it('are known as the values say, in every namespace where that is watched', async () => {
    const kubernetes = {
      usernameClaim: 'sub',
      usernamePrefix: '-',
      groupsClaim: 'groups',
      groupsPrefix: 'oidc:',
    };
    const config = await configOf({ namespaces: { all: true }, signIn: { kubernetes } });
    assert.deepEqual(config.WORKSPACE_NAMESPACES, ['duckmon', '*']);
    assert.deepEqual(
      [
        config.KUBERNETES_USERNAME_CLAIM,
        config.KUBERNETES_USERNAME_PREFIX,
        config.KUBERNETES_GROUPS_CLAIM,
        config.KUBERNETES_GROUPS_PREFIX,
      ],
      ['sub', '-', 'groups', 'oidc:'],
    );
  });

  it('by the link may do in listed namespaces what the api may, and see the release’s own alone', async () => {
    const all = 'get,list,watch,create,update,patch,delete monitorjobs,notificationchannels';
    assert.deepEqual(await rightsOfLink({ namespaces: { list: ['team-a'] } }), [
      `team-a: ${all}, get,create,delete secrets`,
    ]);
    assert.deepEqual(await rightsOfLink({}), [
      'duckmon: get,list,watch monitorjobs,notificationchannels',
    ]);
  });

  it('by the link may do nothing where the values say so', async () => {
    const values = { namespaces: { list: ['team-a'] }, signIn: { kubernetes: { admins: false } } };
    assert.deepEqual(await rightsOfLink(values), []);
  });

  it('are never named like a part of Kubernetes or of duckmon by a prefix', async () => {
    for (const usernamePrefix of ['system:', 'duckmon:x'])
      await assert.rejects(
        helm.render({ signIn: { kubernetes: { usernamePrefix } } }),
        (error) => error instanceof HelmError && /usernamePrefix/.test(error.message),
      );
  });
});
