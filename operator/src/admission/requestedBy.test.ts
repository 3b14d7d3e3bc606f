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
  const { suspendRequestedBy: by, resumeRequestedBy: resumed } = ANNOTATIONS;

  it('lets everything through that is neither, also without any annotation', () => {
    for (const marks of [undefined, {}, { other: 'x' }]) {
      assert.deepEqual(ask(null, object(marks)), []);
      assert.deepEqual(ask(object(marks), object({ ...marks, more: 'y' })), []);
    }
    const whole = object({ [by]: 'ben', [ACTS[0][0]]: ONE, [ACTS[0][1]]: 'carl' }, true);
    assert.deepEqual(ask(whole, whole), []);
  });
  it('H5 lets a person freeze under the own name or none, and under no other', () => {
    for (const before of [null, object({}), object({ [by]: 'ben', [resumed]: 'carl' })]) {
      assert.deepEqual(ask(before, object({ [by]: 'anna' }, true)), []);
      for (const marks of [undefined, {}]) assert.deepEqual(ask(before, object(marks, true)), []);
      for (const name of ['ben', ''])
        assert.match(
          ask(before, object({ [by]: name }, true)).join('\n'),
          /^who freezes sets .+suspend-requested-by to the own name, anna, in the same write/,
        );
      assert.equal(ask(before, object({ [resumed]: 'ben' }, true)).length, 1);
    }
    const running = object({ [resumed]: 'ben' });
    assert.deepEqual(ask(running, object({ [resumed]: 'ben' }, true)), []);
  });
  it('H5 lets a person resume under the own name alone, with no name left of the freeze', () => {
    const frozen = object({ [by]: 'ben' }, true);
    assert.deepEqual(ask(frozen, object({ [resumed]: 'anna' })), []);
    for (const marks of [
      undefined,
      {},
      { [by]: 'ben' },
      { [resumed]: 'ben' },
      { [by]: 'ben', [resumed]: 'anna' },
    ])
      assert.match(
        ask(frozen, object(marks)).join('\n'),
        /^who resumes sets .+resume-requested-by to the own name, anna, in the same write/,
      );
    assert.equal(ask(object({}, true), object({})).length, 1);
  });
  it('H5 lets an earlier kubectl monitor resume, which names its person where a freeze does', () => {
    assert.deepEqual(ask(object({ [by]: 'ben' }, true), object({ [by]: 'anna' })), []);
  });
  it('H5 refuses to change or take away the name of somebody else afterwards', () => {
    for (const [mark, suspend] of [
      [by, true],
      [resumed, false],
    ] as const) {
      const before = object({ [mark]: 'ben' }, suspend);
      for (const marks of [{}, { [mark]: 'carl' }])
        assert.equal(ask(before, object(marks, suspend)).length, 1);
      assert.deepEqual(ask(before, object({ [mark]: 'anna' }, suspend)), []);
    }
    assert.equal(ask(object({}, true), object({ [by]: 'ben' }, true)).length, 1);
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
