import assert from 'node:assert/strict';
import { fakeClock, type FakeClock } from '../testing/clock.ts';
import { createTokenCheck, type TokenCheck, type TokenProblem } from './check.ts';
import type { ClusterKeys } from './clusterKeys.ts';
import { fakeCluster, type FakeCluster, type TokenParts } from './testing/cluster.ts';

describe('core: tokens of service accounts', () => {
  let clock: FakeClock;
  let cluster: FakeCluster;
  let known: ClusterKeys | undefined;
  let check: TokenCheck;

  beforeEach(() => {
    clock = fakeClock();
    cluster = fakeCluster(clock);
    known = cluster.keys;
    check = createTokenCheck({ service: 'browser', cluster: () => known, clock });
  });
  const tokenOf = (parts: TokenParts = {}): string => cluster.token('scheduler', 'browser', parts);
  const judge = (token: string, caller = 'scheduler'): Promise<TokenProblem | undefined> =>
    check(`Bearer ${token}`, caller);
  const refuses = async (why: TokenProblem, parts: TokenParts): Promise<void> =>
    assert.equal(await judge(tokenOf(parts)), why);

  it('let a pod of the account of the caller pass', async () => {
    assert.equal(await judge(tokenOf()), undefined);
    assert.equal(await check(`bearer ${tokenOf()}`, 'scheduler'), undefined);
  });

  it('B9 are asked for: no header, another kind of it, and one that is no token are refused', async () => {
    for (const header of [undefined, '', 'Bearer', 'Bearer ', `Basic ${tokenOf()}`, tokenOf()])
      assert.equal(await check(header, 'scheduler'), 'token_missing', header);
    for (const token of ['x', 'a.b.c', `${tokenOf()}.d`])
      assert.equal(await judge(token), 'token_malformed', token);
  });

  describe('B7 are refused', () => {
    it('when they are of another account than the one whose key signed the request', async () => {
      assert.equal(await judge(tokenOf(), 'operator'), 'token_wrong_account');
      assert.equal(await judge(cluster.token('api', 'browser')), 'token_wrong_account');
    });

    it('when they are of an account of that name in another namespace', () =>
      refuses('token_wrong_account', { namespace: 'team-a' }));

    it('when they are for another service, or for the API server', async () => {
      assert.equal(await judge(cluster.token('scheduler', 'llm')), 'token_wrong_audience');
      await refuses('token_wrong_audience', {
        claims: { aud: ['https://kubernetes.default.svc.cluster.local'] },
      });
    });

    it('when they have expired, to the second, also when they were good before', async () => {
      const token = tokenOf();
      clock.advance(599_000);
      assert.equal(await judge(token), undefined);
      clock.advance(1_000);
      assert.equal(await judge(token), 'token_expired');
      clock.advance(60_000);
      check = createTokenCheck({ service: 'browser', cluster: () => known, clock });
      assert.equal(await judge(token), 'token_expired');
    });

    it('when they live longer than ten minutes, so that those of a deleted pod do not', () =>
      refuses('token_too_long', { seconds: 601 }));

    it('when they are bound to no pod', () => refuses('token_without_pod', { pod: null }));

    it('when they begin later than a clock may be wrong', async () => {
      const begins = (inSeconds: number): TokenParts => ({
        claims: { nbf: clock.now().getTime() / 1000 + inSeconds },
      });
      await refuses('token_too_early', begins(31));
      assert.equal(await judge(tokenOf(begins(30))), undefined);
    });

    it('when they are of another issuer', () =>
      refuses('token_wrong_issuer', { claims: { iss: 'https://elsewhere' } }));

    for (const claim of ['iss', 'aud', 'iat', 'nbf', 'exp', 'sub', 'kubernetes.io'])
      it(`when they do not say ${claim}`, () =>
        refuses('token_malformed', { claims: { [claim]: undefined } }));
  });

  describe('B8 without an API server', () => {
    it('hold by the keys that are known, and no other key counts', async () => {
      const other = fakeCluster(clock, 'unknown');
      assert.equal(await judge(other.token('scheduler', 'browser')), 'token_unknown_key');
      assert.equal(await judge(tokenOf()), undefined);
    });

    it('are refused when another key signed them under a known name', async () => {
      const other = fakeCluster(clock);
      assert.equal(await judge(other.token('scheduler', 'browser')), 'token_bad_signature');
    });

    it('are all refused while no key is known', async () => {
      known = undefined;
      assert.equal(await judge(tokenOf()), 'cluster_keys_unknown');
    });

    it('are refused once their key is no longer one, though they were good before', async () => {
      const token = tokenOf();
      assert.equal(await judge(token), undefined);
      const next = fakeCluster(clock, 'next');
      known = next.keys;
      assert.equal(await judge(token), 'token_unknown_key');
      assert.equal(await judge(next.token('scheduler', 'browser')), undefined);
    });
  });

  it('A13 are refused unsigned, and signed with the public key as a secret', async () => {
    await refuses('token_malformed', { header: { alg: 'none', kid: 'cluster-key' } });
    await refuses('token_malformed', {
      header: { alg: 'HS256', kid: 'cluster-key' },
      key: cluster.publicKey,
    });
  });

  it('are verified once: their signature is not looked at again', async () => {
    const token = tokenOf();
    await judge(token);
    // what is remembered is the whole text: with another signature it is another token
    assert.equal(await judge(`${token.slice(0, -8)}AAAAAAAA`), 'token_bad_signature');
    let read = 0;
    const counted = {
      ...cluster.keys,
      get issuer() {
        read += 1;
        return cluster.keys.issuer;
      },
    };
    known = counted;
    for (let call = 0; call < 3; call += 1) assert.equal(await judge(token), undefined);
    assert.equal(read, 1);
  });

  it('that are remembered are judged anew for each caller', async () => {
    const token = tokenOf();
    assert.equal(await judge(token), undefined);
    assert.equal(await judge(token, 'api'), 'token_wrong_account');
  });
});
