import assert from 'node:assert/strict';
import { imageBom } from './sbom.ts';

const component = {
  'bom-ref': 'pg@8.23.1',
  type: 'library',
  name: 'pg',
  version: '8.23.1',
  purl: 'pkg:npm/pg@8.23.1',
};
const npm = (run: string) => ({
  bomFormat: 'CycloneDX',
  serialNumber: `urn:uuid:${run}`,
  metadata: { timestamp: run, component: { name: 'duckmon' } },
  components: [component],
});
const libc = { name: 'libc6', version: '1:2.36+b', architecture: 'amd64', sha256: 'a' };

describe('images: what is in them', () => {
  it('lists packages of npm, Node, and packages of Debian', () => {
    const { components } = imageBom(npm('1'), '24.21.0', [libc]) as {
      components: { purl: string }[];
    };
    assert.deepEqual(
      components.map(({ purl }) => purl),
      [
        'pkg:npm/pg@8.23.1',
        'pkg:generic/node@24.21.0',
        'pkg:deb/debian/libc6@1%3A2.36%2Bb?arch=amd64',
      ],
    );
  });

  it('is the same on every run, and keeps what describes the product', () => {
    const first = imageBom(npm('1'), '24.21.0', [libc]);
    assert.deepEqual(imageBom(npm('2'), '24.21.0', [libc]), first);
    assert.match(JSON.stringify(first), /"metadata":\{"component":\{"name":"duckmon"\}\}/);
  });
});
