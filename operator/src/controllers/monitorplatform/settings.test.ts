import assert from 'node:assert/strict';
import { ANNOTATIONS } from '../../names.ts';
import { latestRequests, rotationRequests, rotationSettings } from './settings.ts';

describe('operator: settings of the key rotation', () => {
  const { internal, jwt } = rotationSettings({
    rotateEvery: '720h',
    overlap: '15m',
    maxAge: '2160h',
  });

  it('are those of the MonitorPlatform, in milliseconds', () => {
    const { rotateEvery, overlap, maxAge } = internal;
    assert.deepEqual([rotateEvery, overlap, maxAge], [2_592_000_000, 900_000, 7_776_000_000]);
  });
  it('publish keys of tokens for as long as others may have cached the list of before', () => {
    assert.deepEqual([internal.publishFor, jwt.publishFor], [0, 630_000]);
  });
});

describe('operator: rotations that people ask for', () => {
  const { rotateRequestedAt, rotateNowRequestedAt } = ANNOTATIONS;

  it('are read from the two annotations', () => {
    const asked = rotationRequests({
      [rotateRequestedAt]: '2026-11-25T12:00:00Z',
      [rotateNowRequestedAt]: '2026-11-25T13:30:00.5+01:00',
    });
    assert.deepEqual(asked, {
      requests: {
        graceful: new Date('2026-11-25T12:00:00Z'),
        urgent: new Date('2026-11-25T12:30:00.500Z'),
      },
      dataKey: undefined,
      problems: [],
    });
  });
  it('of the data key is one apart', () => {
    const { requests, dataKey } = rotationRequests({
      [ANNOTATIONS.rotateDataKeyRequestedAt]: '2026-11-25T12:00:00Z',
    });
    assert.deepEqual(dataKey, new Date('2026-11-25T12:00:00Z'));
    assert.deepEqual(requests, { graceful: undefined, urgent: undefined });
  });
  it('are the last of those by annotation and those by the api', () => {
    const [early, late] = [new Date('2026-11-25T12:00:00Z'), new Date('2026-11-25T13:00:00Z')];
    assert.deepEqual(latestRequests({ graceful: early, urgent: late }, { graceful: late }), {
      graceful: late,
      urgent: late,
    });
    assert.deepEqual(latestRequests({ urgent: early }), { graceful: undefined, urgent: early });
  });
  it('are none without annotations', () => {
    for (const annotations of [undefined, {}, { [rotateRequestedAt]: '' }]) {
      const { requests, problems } = rotationRequests(annotations);
      assert.deepEqual([requests.graceful, requests.urgent, problems], [undefined, undefined, []]);
    }
  });
  for (const text of [
    'now',
    '2026-11-25',
    '2026-11-25T12:00:00',
    '2026-13-25T12:00:00Z',
    '1764072000',
  ])
    it(`name the annotation whose value is '${text}', and do nothing`, () => {
      const { requests, problems } = rotationRequests({ [rotateNowRequestedAt]: text });
      assert.equal(requests.urgent, undefined);
      assert.deepEqual(problems, [
        'annotation mon.duckerhub.com/rotate-now-requested-at must be a time such as 2026-11-25T12:00:00Z',
      ]);
    });
});
