import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { manifestText } from './web/src/parts/manifest.ts';

describe('the manifest of a monitor', () => {
  const stored = {
    apiVersion: 'mon.duckerhub.com/v1alpha1',
    kind: 'MonitorJob',
    metadata: { name: 'shop', labels: { team: 'no' }, uid: 'x', resourceVersion: '7' },
    spec: { goal: { prompt: 'yes: "no"\n- # off' }, suspend: false },
    status: { openFindings: 1 },
  };

  it('has what a file has, and nothing that the server adds', () => {
    assert.deepEqual(parse(manifestText(stored)), {
      apiVersion: 'mon.duckerhub.com/v1alpha1',
      kind: 'MonitorJob',
      metadata: { name: 'shop', labels: { team: 'no' } },
      spec: stored.spec,
    });
  });

  it('says nothing of labels where there are none', () => {
    const text = manifestText({ ...stored, metadata: { name: 'shop', labels: {} } });
    assert.doesNotMatch(text, /labels/);
  });
});
