/** The admission policy that keeps the operator from what others made, of kinds that it makes itself. */
import assert from 'node:assert/strict';
import { PLATFORM_POOLS } from '../pools/binding.ts';
import { CONTROLLERS, GROUP, OWNED, SERVICE_ACCOUNTS } from '../names.ts';
import {
  admissionObjects,
  refusals,
  type AdmissionRequest,
  type Policy,
} from './testing/evaluate.ts';

const policy =
  admissionObjects().find(
    (it): it is Policy =>
      it.kind === 'ValidatingAdmissionPolicy' && it.metadata.name === 'duckmon-operator-own',
  ) ?? assert.fail('no such policy');
const operator = `system:serviceaccount:duckmon:${SERVICE_ACCOUNTS.operator}`;
const anna = 'anna@example.org';

describe('admission: what the operator made', () => {
  const KINDS: Readonly<Record<string, string>> = {
    workerpools: GROUP,
    services: '',
    deployments: 'apps',
    jobs: 'batch',
    poddisruptionbudgets: 'policy',
  };
  const object = (labels: object | undefined, name = 'x', namespace = 'team-a'): object => ({
    metadata: { name, namespace, ...(labels && { labels }) },
  });
  const ask = (
    resource: string,
    operation: AdmissionRequest['operation'],
    after: object | null,
    before: object | null,
    user = operator,
  ): string[] =>
    refusals(policy, {
      user,
      operation,
      group: KINDS[resource] ?? '',
      resource,
      object: operation === 'DELETE' ? null : after,
      oldObject: operation === 'CREATE' ? null : before,
    });
  const OPERATIONS = ['CREATE', 'UPDATE', 'DELETE'] as const;
  const refusal = ['the operator changes and deletes only what it made'];
  const makerOf = (resource: string): string =>
    resource === 'workerpools' ? CONTROLLERS.Isolation : CONTROLLERS.WorkerPool;

  for (const resource of Object.keys(KINDS)) {
    const ours = object({ [OWNED.controller]: makerOf(resource) });
    it(`lets it make, change and delete its own ${resource}`, () => {
      for (const operation of OPERATIONS)
        assert.deepEqual(ask(resource, operation, ours, ours), [], operation);
    });
    it(`E10 G10 refuses the ${resource} of others, also to take them over or give them away`, () => {
      const others = [
        object(undefined),
        object({ [OWNED.controller]: 'else' }),
        object({ app: 'shop' }),
      ];
      for (const theirs of others)
        for (const operation of OPERATIONS)
          assert.deepEqual(ask(resource, operation, theirs, theirs), refusal, operation);
      for (const theirs of others) {
        assert.deepEqual(ask(resource, 'UPDATE', ours, theirs), refusal);
        assert.deepEqual(ask(resource, 'UPDATE', theirs, ours), refusal);
      }
    });
    it(`says nothing of what others do with ${resource}`, () => {
      for (const operation of OPERATIONS)
        assert.deepEqual(ask(resource, operation, ours, object({}), anna), []);
    });
  }
  it('lets it write the two pools of the platform, whoever made them, and delete neither', () => {
    for (const name of Object.values(PLATFORM_POOLS)) {
      const theirs = object(undefined, name, 'duckmon');
      for (const operation of ['CREATE', 'UPDATE'] as const)
        assert.deepEqual(ask('workerpools', operation, theirs, theirs), []);
      assert.deepEqual(ask('workerpools', 'DELETE', null, theirs), refusal);
      const elsewhere = object(undefined, name);
      assert.deepEqual(ask('workerpools', 'UPDATE', elsewhere, elsewhere), refusal);
    }
  });
});
