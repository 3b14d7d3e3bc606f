import assert from 'node:assert/strict';
import type { NotificationChannelSpec } from '../../crds/types/notificationchannel.ts';
import type { Channel } from '../store/channels.ts';
import type { References } from './conditions.ts';
import { channelObject } from './objects.ts';
import { webhook } from './testing/api.ts';

const nothing: References = { channels: new Map(), secrets: new Map(), configMaps: new Map() };
const channel = (managedBy: string | null): Channel => ({
  name: 'ops',
  uid: 'u',
  generation: 1,
  resourceVersion: 7,
  spec: webhook('ops')['spec'] as NotificationChannelSpec,
  labels: {},
  annotations: {},
  managedBy,
  namespace: managedBy === 'kubernetes' ? 'w' : null,
  createdAt: new Date('2026-01-01T00:00:00Z'),
  updatedAt: new Date('2026-01-01T00:00:00Z'),
  lastDeliveryAt: null,
  lastDeliveryResult: null,
});
const shown = (managedBy: string | null) =>
  channelObject(channel(managedBy), 'w', nothing, { recipients: [], failed24h: 0 });
const statusOf = (managedBy: string | null, type: string): string | undefined =>
  shown(managedBy).status?.conditions?.find((condition) => condition.type === type)?.status;

describe('a channel that came from a cluster', () => {
  it('says nothing of its Secret, which lies there and is not read', () => {
    assert.deepEqual([statusOf(null, 'SecretFound'), statusOf(null, 'Ready')], ['False', 'False']);
    assert.deepEqual(
      [statusOf('kubernetes', 'SecretFound'), statusOf('kubernetes', 'Ready')],
      [undefined, 'True'],
    );
  });

  it('is managed by no file, and has no version of the store', () => {
    assert.equal(
      shown('shop.yaml').metadata.annotations?.['mon.duckerhub.com/managed-by'],
      'shop.yaml',
    );
    const { annotations, resourceVersion } = shown('kubernetes').metadata;
    assert.deepEqual([annotations, resourceVersion], [undefined, undefined]);
  });
});
