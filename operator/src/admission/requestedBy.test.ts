/** The admission policy that holds the names of those who freeze and rotate to be their own. */
import assert from 'node:assert/strict';
import { platform } from '../../../crds/testing/samples.ts';
import { ANNOTATIONS, GROUP, SERVICE_ACCOUNTS } from '../names.ts';
import {
  admissionObjects,
  refusals,
  type AdmissionRequest,
  type Policy,
} from './testing/evaluate.ts';

const policy =
  admissionObjects().find(
    (it): it is Policy =>
      it.kind === 'ValidatingAdmissionPolicy' && it.metadata.name === 'duckmon-requested-by',
  ) ?? assert.fail('no such policy');
const operator = `system:serviceaccount:duckmon:${SERVICE_ACCOUNTS.operator}`;
const ACTS = [
  [ANNOTATIONS.rotateRequestedAt, ANNOTATIONS.rotateRequestedBy],
  [ANNOTATIONS.rotateNowRequestedAt, ANNOTATIONS.rotateNowRequestedBy],
  [ANNOTATIONS.rotateDataKeyRequestedAt, ANNOTATIONS.rotateDataKeyRequestedBy],
] as const;
const ONE = '2026-11-26T12:00:00Z';
const TWO = '2026-11-26T13:00:00Z';

type Marks = Readonly<Record<string, string>>;
const object = (annotations: Marks | undefined, suspend = false): object =>
  platform({
    'spec.suspend': suspend,
    ...(annotations && { 'metadata.annotations': annotations }),
  });

describe('admission: who freezes the platform and asks it for new keys', () => {
  const ask = (before: object | null, after: object, user = 'anna'): string[] => {
    const operation: AdmissionRequest['operation'] = before === null ? 'CREATE' : 'UPDATE';
    const asked = { group: GROUP, resource: 'monitorplatforms', oldObject: before };
    return refusals(policy, { ...asked, user, operation, object: after });
  };
  const { suspendRequestedBy: by } = ANNOTATIONS;

  it('lets everything through that is neither, also without any annotation', () => {
    for (const marks of [undefined, {}, { other: 'x' }]) {
      assert.deepEqual(ask(null, object(marks)), []);
      assert.deepEqual(ask(object(marks), object({ ...marks, more: 'y' })), []);
    }
    const whole = object({ [by]: 'ben', [ACTS[0][0]]: ONE, [ACTS[0][1]]: 'carl' }, true);
    assert.deepEqual(ask(whole, whole), []);
  });
  it('H5 lets a person freeze and resume under the own name, and under no other or none', () => {
    for (const [was, becomes] of [
      [false, true],
      [true, false],
    ] as const) {
      const before = object({ [by]: 'ben' }, was);
      assert.deepEqual(ask(before, object({ [by]: 'anna' }, becomes)), []);
      for (const marks of [undefined, {}, { [by]: 'ben' }, { [by]: '' }]) {
        const [refusal = '', ...more] = ask(before, object(marks, becomes));
        assert.match(refusal, /suspend-requested-by to the own name, anna, in the same write/);
        assert.deepEqual(more, []);
      }
    }
    assert.equal(ask(null, object({}, true)).length, 1);
    assert.deepEqual(ask(null, object({ [by]: 'anna' }, true)), []);
  });
  it('H5 refuses to change or take away the name of somebody else afterwards', () => {
    const frozen = object({ [by]: 'ben' }, true);
    for (const marks of [{}, { [by]: 'carl' }])
      assert.equal(ask(frozen, object(marks, true)).length, 1);
    assert.deepEqual(ask(frozen, object({ [by]: 'anna' }, true)), []);
  });
  for (const [at, who] of ACTS)
    it(`H5 holds the name beside ${at} to be the asker's own`, () => {
      const before = object({ [at]: ONE, [who]: 'ben' });
      assert.deepEqual(ask(before, object({ [at]: TWO, [who]: 'anna' })), []);
      assert.deepEqual(ask(object(undefined), object({ [at]: ONE, [who]: 'anna' })), []);
      for (const marks of [
        { [at]: TWO },
        { [at]: TWO, [who]: 'ben' },
        { [at]: ONE, [who]: 'carl' },
        { [at]: ONE },
        { [who]: 'ben' },
      ]) {
        const [refusal = '', ...more] = ask(before, object(marks));
        assert.match(refusal, /to the own name, anna, in the same write/);
        assert.deepEqual(more, []);
      }
      // what is no request names nobody
      assert.deepEqual(ask(before, object({})), []);
    });
  it('keeps the names of two acts apart', () => {
    const [[at, who], [otherAt, otherWho]] = ACTS;
    const before = object({ [at]: ONE, [who]: 'ben' });
    const after = object({ [at]: ONE, [who]: 'ben', [otherAt]: TWO, [otherWho]: 'anna' });
    assert.deepEqual(ask(before, after), []);
    const moved = object({ [at]: ONE, [who]: 'anna', [otherAt]: TWO, [otherWho]: 'ben' });
    assert.equal(ask(before, moved).length, 1);
  });
  it('leaves the operator to fill in what the chart says', () => {
    assert.deepEqual(ask(null, object({}, true), operator), []);
    assert.deepEqual(ask(object({}), object({}, true), operator), []);
  });
});
