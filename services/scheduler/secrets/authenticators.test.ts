import assert from 'node:assert/strict';
import { generateSync } from 'otplib';
import { newKeyEntry, type Keyring } from '../../core/keyring.ts';
import { createAuthenticators } from './authenticators.ts';
import { SealError, sealValues } from './seal.ts';

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const ANN = '019aa000-0000-7000-8000-000000000001';
const BOB = '019aa000-0000-7000-8000-000000000002';

describe('authenticator apps at the scheduler', () => {
  const ring: Keyring = { keys: [newKeyEntry(new Date())] };
  const time = { now: new Date('2026-03-01T12:00:10Z') };
  const apps = createAuthenticators(() => ring, { now: () => time.now });
  const epoch = time.now.getTime() / 1000;
  const codeAt = (seconds: number): string =>
    generateSync({ secret: SECRET, epoch: epoch + seconds });
  const stepOf = (code: string): number | undefined =>
    apps.stepOf(ANN, apps.seal(ANN, SECRET), code);

  it('know the step of a code of now', () => {
    assert.equal(stepOf(codeAt(0)), Math.floor(epoch / 30));
  });

  it('A17 take a code of the step before and after, and none of two steps away', () => {
    const now = Math.floor(epoch / 30);
    assert.deepEqual(
      [-60, -30, 0, 30, 60].map((seconds) => stepOf(codeAt(seconds))),
      [undefined, now - 1, now, now + 1, undefined],
    );
  });

  it('A17 open no secret of somebody else', () => {
    assert.throws(() => apps.stepOf(BOB, apps.seal(ANN, SECRET), codeAt(0)), SealError);
  });

  it('A17 open no Secret of a workspace', () => {
    const sealed = sealValues(ring, { workspace: 'team', name: 'mail' }, { secret: SECRET });
    assert.throws(() => apps.stepOf(ANN, sealed, codeAt(0)), SealError);
  });

  it('G17 are sealed again under a new data key, and only then', () => {
    const sealed = apps.seal(ANN, SECRET);
    assert.equal(apps.reseal(ANN, sealed), undefined);
    const old = ring.keys.map((key) => ({ ...key, state: 'previous' as const }));
    const next = newKeyEntry(new Date());
    const later = createAuthenticators(() => ({ keys: [next, ...old] }), { now: () => time.now });
    const resealed = later.reseal(ANN, sealed);
    assert.ok(resealed);
    const alone = createAuthenticators(() => ({ keys: [next] }), { now: () => time.now });
    assert.equal(alone.stepOf(ANN, resealed, codeAt(0)), Math.floor(epoch / 30));
    assert.throws(() => later.reseal(BOB, sealed), SealError);
  });

  it('E9 show nothing of the secret', () => {
    assert.ok(!apps.seal(ANN, SECRET).content.toString('latin1').includes(SECRET));
  });
});
