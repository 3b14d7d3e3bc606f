import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { IMAGES } from '../lib/images/build.ts';
import { root } from '../lib/prepare.ts';
import { buildByDocker, digestOf, dockerfileOf, pushLines } from './push.ts';

const names = {
  duckmon: 'r/duckmon:1',
  'duckmon-browser': 'r/duckmon-browser:1',
  'duckmon-postgres': 'r/duckmon-postgres:1',
};

describe('prod: ways to a registry', () => {
  it('are shown for skopeo, crane and docker', () => {
    const lines = pushLines([{ name: 'r/duckmon:1', file: '/a/duckmon.tar' }]);
    assert.deepEqual(
      lines.filter((line) => !line.startsWith('#')),
      [
        'skopeo copy --preserve-digests oci-archive:/a/duckmon.tar docker://r/duckmon:1',
        'mkdir -p /a/duckmon.oci && tar -xf /a/duckmon.tar -C /a/duckmon.oci && crane push /a/duckmon.oci r/duckmon:1',
        'docker load --input=/a/duckmon.tar',
        'docker push r/duckmon:1',
      ],
    );
  });

  it('know the digest of the registry that was pushed to, of no other', () => {
    const printed = '["other/duckmon@sha256:1","r/duckmon@sha256:2"]\n';
    assert.equal(digestOf('r/duckmon', printed), 'sha256:2');
    assert.equal(digestOf('r/duck', printed), undefined);
    assert.equal(digestOf('r/duckmon', 'null\n'), undefined);
  });

  it('build each image from its Dockerfile, on ours where that says so', () => {
    for (const image of IMAGES) {
      const text = readFileSync(path.join(root, dockerfileOf(image)), 'utf8');
      const { args } = buildByDocker(image, names);
      assert.ok(args.includes(`--tag=${names[image]}`));
      assert.equal(
        args.includes('--build-arg=DUCKMON_IMAGE=r/duckmon:1'),
        /^ARG DUCKMON_IMAGE/m.test(text),
        image,
      );
    }
  });
});
