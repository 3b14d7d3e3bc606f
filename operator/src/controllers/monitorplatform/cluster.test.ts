/** The quota of MonitorJobs on a real API server. */
import assert from 'node:assert/strict';
import { systemClock } from '../../../../services/core/clock.ts';
import { ApiError } from '../../../../services/core/kube/errors.ts';
import type { Transport } from '../../../../services/core/kube/transport.ts';
import { defineResource } from '../../../../services/core/kube/types.ts';
import { job } from '../../../../services/core/manifest/testing/samples.ts';
import { serverOf, transportOf } from '../../../../crds/testing/server.ts';
import { useClusterWithCrds, useNamespace } from '../../../../scripts/testing/cluster/hooks.ts';
import {
  isStuck,
  monitorQuotas,
  QUOTA_NAME,
  type ResourceQuota,
  type StoredQuota,
} from './quota.ts';

/** The server begins to count objects of a new kind within 30 s. */
const IN_FORCE_MS = 60_000;
const TIMEOUT_MS = 90_000;

const QUOTA = defineResource<ResourceQuota & StoredQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
});

describe('quota of MonitorJobs on a real API server', function () {
  this.timeout(TIMEOUT_MS);
  const cluster = useClusterWithCrds();
  const namespace = useNamespace(cluster);
  let transport: Transport;
  before(() => (transport = transportOf(cluster())));
  after(() => transport.close());

  it('refuses the monitor that is one too many, and is made again until the server counts', async () => {
    const [quota = assert.fail('no quota')] = monitorQuotas({ monitorsPerNamespace: 2 }, [
      namespace(),
    ]);
    const ref = { namespace: namespace(), name: QUOTA_NAME };
    const end = systemClock.monotonic() + IN_FORCE_MS;
    await transport.create(QUOTA, quota);
    for (;;) {
      const stored = await transport.get(QUOTA, ref);
      if (stored.status?.used && Object.keys(stored.status.used).length > 0) break;
      assert.ok(systemClock.monotonic() < end, 'the quota did not come into force');
      await systemClock.sleep(100);
      if (!isStuck(stored, systemClock.now())) continue;
      await transport.delete(QUOTA, ref);
      await transport.create(QUOTA, quota);
    }
    const server = serverOf(transport, namespace());
    await server.keep(job({ 'metadata.name': 'one' }));
    await server.keep(job({ 'metadata.name': 'two' }));
    await assert.rejects(
      server.keep(job({ 'metadata.name': 'three' })),
      (error) =>
        error instanceof ApiError && error.status === 403 && /exceeded quota/.test(error.message),
    );
  });
});
