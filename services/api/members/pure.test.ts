import assert from 'node:assert/strict';
import { HttpError } from '../../core/errors.ts';
import type { FoundInvitation } from '../../store/invitations.ts';
import { checkInvitation, stateOf } from './invitation.ts';
import { checkAreRows } from './team.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const before = (ms: number): Date => new Date(NOW.getTime() - ms);
const bob = { id: 'bob', email: 'bob@corp.example' };

const found = (change: Partial<FoundInvitation> = {}): FoundInvitation => ({
  workspace: 'team',
  id: 'one',
  address: bob.email,
  role: 'viewer',
  invitedBy: 'ann',
  createdAt: before(1000),
  expiresAt: new Date(NOW.getTime() + 1),
  revokedAt: null,
  acceptedAt: null,
  acceptedBy: null,
  declinedAt: null,
  inviterName: 'Ann',
  workspaceName: 'Team',
  isInviterIn: true,
  ...change,
});
const refusal = (code: HttpError['code']) => (error: unknown) =>
  error instanceof HttpError && error.code === code;

describe('an invitation', () => {
  for (const [state, change] of [
    ['open', {}],
    ['expired', { expiresAt: NOW }],
    ['takenBack', { revokedAt: NOW }],
    ['takenBack', { invitedBy: null }],
    ['declined', { revokedAt: NOW, declinedAt: NOW }],
    ['accepted', { acceptedAt: NOW, expiresAt: NOW }],
  ] as const)
    it(`is ${state} with ${JSON.stringify(change)}`, () => {
      assert.equal(stateOf(found(change), NOW), state);
    });

  it('is told to nobody else than was invited whether it is over', () => {
    for (const change of [{}, { revokedAt: NOW }, { acceptedAt: NOW, acceptedBy: 'bob' }])
      for (const email of ['eve@corp.example', null])
        assert.throws(
          () => checkInvitation(found(change), { id: 'eve', email }, NOW),
          refusal('forbidden'),
        );
  });

  it('is over for another account of the same address once it was accepted', () => {
    const accepted = found({ acceptedAt: NOW, acceptedBy: 'bob' });
    assert.equal(checkInvitation(accepted, bob, NOW), 'accepted');
    assert.throws(
      () => checkInvitation(accepted, { ...bob, id: 'other' }, NOW),
      refusal('not_found'),
    );
  });

  it('is over while whoever made it is shut out', () => {
    assert.throws(
      () => checkInvitation(found({ isInviterIn: false }), bob, NOW),
      refusal('not_found'),
    );
  });
});

describe('members of a namespace', () => {
  it('are let in by kubectl, which the refusal names', () => {
    const memberships = { areRows: (name: string) => name !== 'shop' };
    const check = (workspace: string) => () => checkAreRows({ memberships }, workspace);
    assert.throws(check('shop'), /kubectl -n shop create rolebinding NAME --role=monitors --user=/);
    assert.doesNotThrow(check('other'));
  });
});
