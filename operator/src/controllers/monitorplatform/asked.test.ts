import assert from 'node:assert/strict';
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { RotationRequest } from '../../../../services/core/contracts/projection.ts';
import { ANNOTATIONS } from '../../names.ts';
import { askedFor, createAuditor, suspendedBy } from './asked.ts';

const ONE = '2026-11-26T12:00:00.000Z';
const TWO = '2026-11-26T13:00:00.000Z';
const platform = (annotations: Record<string, string>): MonitorPlatform =>
  ({ metadata: { annotations }, spec: {} }) as unknown as MonitorPlatform;

describe('operator: who asked', () => {
  const { signal } = new AbortController();

  it('is named beside each rotation, and nobody where no name stands', () => {
    assert.deepEqual(
      askedFor({
        [ANNOTATIONS.rotateRequestedAt]: ONE,
        [ANNOTATIONS.rotateRequestedBy]: 'anna',
        [ANNOTATIONS.rotateNowRequestedAt]: TWO,
        [ANNOTATIONS.rotateDataKeyRequestedAt]: '2026-11-26T14:00:00+01:00',
        [ANNOTATIONS.rotateDataKeyRequestedBy]: 'x'.repeat(600),
      }),
      [
        { act: 'rotate', askedAt: ONE, askedBy: 'anna' },
        { act: 'rotate-now', askedAt: TWO },
        { act: 'rotate-data-key', askedAt: TWO, askedBy: 'x'.repeat(500) },
      ],
    );
  });
  it('asked for nothing by a time that cannot be read, or by a name alone', () => {
    assert.deepEqual(askedFor({ [ANNOTATIONS.rotateRequestedAt]: 'now' }), []);
    assert.deepEqual(askedFor({ [ANNOTATIONS.rotateRequestedBy]: 'anna' }), []);
    assert.deepEqual(askedFor(undefined), []);
  });
  it('of the freeze is whom its annotation names', () => {
    assert.equal(suspendedBy(platform({ [ANNOTATIONS.suspendRequestedBy]: 'anna' })), 'anna');
    assert.equal(suspendedBy(platform({ [ANNOTATIONS.suspendRequestedBy]: '' })), undefined);
  });
  it('of the freeze is nobody whose name is of the resume before it', () => {
    const before = platform({ [ANNOTATIONS.resumeRequestedBy]: 'anna' });
    const frozen = { ...before, spec: { ...before.spec, suspend: true } };
    assert.deepEqual([suspendedBy(before), suspendedBy(frozen)], ['anna', undefined]);
  });
  it('is told once a request, and again when telling failed', async () => {
    const told: RotationRequest[] = [];
    let away = true;
    const tell = createAuditor({
      noteRotation: async (request) => {
        if (away) throw new Error('away');
        told.push(request);
      },
    });
    const asked = (at: string) => platform({ [ANNOTATIONS.rotateRequestedAt]: at });
    await assert.rejects(tell(asked(ONE), signal), /away/);
    away = false;
    for (const at of [ONE, ONE, TWO]) await tell(asked(at), signal);
    assert.deepEqual(
      told.map(({ askedAt }) => askedAt),
      [ONE, TWO],
    );
  });
});
