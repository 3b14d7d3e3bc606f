import assert from 'node:assert/strict';
import { parsePackages } from './debian.ts';

const SHOWN = `Package: libc6
Source: glibc
Version: 2.36-9+deb12u14
Architecture: amd64
Description: GNU C Library
 Version: of a continued line does not count
SHA256: ${'a'.repeat(64)}

Package: libgcc-s1
Version: 12.2.0-14
Architecture: amd64
SHA256: ${'b'.repeat(64)}
`;

describe('images: packages of Debian', () => {
  it('reads name, version and digest of what apt offers', () => {
    assert.deepEqual(parsePackages(SHOWN), [
      {
        name: 'libc6',
        version: '2.36-9+deb12u14',
        architecture: 'amd64',
        sha256: 'a'.repeat(64),
      },
      { name: 'libgcc-s1', version: '12.2.0-14', architecture: 'amd64', sha256: 'b'.repeat(64) },
    ]);
  });

  it('reads nothing where apt says nothing', () => {
    assert.deepEqual(parsePackages('\n'), []);
  });
});
