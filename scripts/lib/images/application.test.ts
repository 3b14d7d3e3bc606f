import assert from 'node:assert/strict';
import { isSource } from './application.ts';

describe('images: the product in them', () => {
  it('has what runs', () => {
    for (const file of [
      'services/api/main.ts',
      'services/store/generated/client.ts',
      'services/store/migrations/0001/migration.sql',
      'services/dashboard/dist/index.html',
      'crds/monitorjobs.yaml',
      'operator/src/main.ts',
    ])
      assert.equal(isSource(file), true, file);
  });

  it('has no tests, nothing that serves tests, and not the page before it is built', () => {
    for (const file of [
      'services/api/http.test.ts',
      'services/core/testing/certificate.ts',
      'operator/src/controllers/workerpool/testing.ts',
      'services/dashboard/web/main.tsx',
      'services/store/README.md',
    ])
      assert.equal(isSource(file), false, file);
  });
});
