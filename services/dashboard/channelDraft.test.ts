import assert from 'node:assert/strict';
import { validateManifest } from '../core/manifest/index.ts';
import { CHANNEL_TYPES, channelDocuments, refusals } from './web/src/parts/channelDraft.ts';

describe('a channel that is not saved yet', () => {
  for (const type of CHANNEL_TYPES)
    it(`makes manifests that the api takes, for ${type}`, () => {
      const to = type === 'Email' ? 'a@example.org; b@example.org,' : ' https://example.org/x ';
      for (const document of channelDocuments({ name: 'ops', type, to })) {
        const validated = validateManifest(document);
        assert.ok(validated.ok, JSON.stringify(validated));
      }
    });

  it('keeps an address that lets its holder write out of the channel', () => {
    const to = 'https://hooks.example.org/secret-part';
    const [secret, channel] = channelDocuments({ name: 'ops', type: 'Teams', to });
    assert.deepEqual(secret?.['stringData'], { url: to });
    assert.doesNotMatch(JSON.stringify(channel), /secret-part/);
  });

  it('says what was refused and at which field', () => {
    const results = [
      { kind: 'Secret', name: 'ops-url', action: 'created' },
      {
        kind: 'NotificationChannel',
        name: 'ops',
        action: 'refused',
        problems: [{ path: 'spec.webhook.url', message: 'must be an address' }],
      },
    ];
    assert.deepEqual(refusals(results), [
      'NotificationChannel spec.webhook.url: must be an address',
    ]);
  });
});
