import assert from 'node:assert/strict';
import { Refusal } from './refusal.ts';
import { addressesOf, directResolver, systemResolver, type Resolve } from './resolver.ts';

const never = new AbortController().signal;
const isReason = (reason: string) => (error: unknown) =>
  error instanceof Refusal && error.reason === reason;

describe('egress: resolver', () => {
  const asked: string[] = [];
  const lookup = async (name: string): Promise<{ address: string }[]> => {
    asked.push(name);
    return [{ address: '93.184.215.14' }, { address: '2606:2800::1' }];
  };
  beforeEach(() => void (asked.length = 0));

  it('C4 ends the name of a user with a dot, so that no search domain is tried', async () => {
    await systemResolver(lookup)('kubernetes.default', false);
    assert.deepEqual(asked, ['kubernetes.default.']);
  });

  it('asks for a configured name as it is written', async () => {
    await systemResolver(lookup)('mailhog', true);
    assert.deepEqual(asked, ['mailhog']);
  });

  it('gives all addresses of both families in the order of the system', async () => {
    const found = await systemResolver(lookup)('shop.test', false);
    assert.deepEqual(found, ['93.184.215.14', '2606:2800::1']);
  });

  const absent = async (): Promise<never> => {
    throw Object.assign(new Error('none'), { code: 'ENODATA' });
  };

  it('gives the addresses of one family when the other has none', async () => {
    const servers = { resolve4: async () => ['93.184.215.14'], resolve6: absent };
    const direct = directResolver(servers as never);
    assert.deepEqual(await direct('shop.test', false), ['93.184.215.14']);
  });

  it('puts a forbidden address of the second family into the same answer', async () => {
    const servers = { resolve4: async () => ['93.184.215.14'], resolve6: async () => ['::1'] };
    const direct = directResolver(servers as never);
    assert.deepEqual(await direct('shop.test', false), ['93.184.215.14', '::1']);
  });

  it('rejects when name servers know no address at all', async () => {
    const direct = directResolver({ resolve4: absent, resolve6: absent });
    await assert.rejects(direct('gone.test', false), { code: 'ENODATA' });
  });

  it('asks the system for configured names even when it asks name servers otherwise', async () => {
    const direct = directResolver({ resolve4: absent, resolve6: absent }, systemResolver(lookup));
    assert.equal((await direct('mailhog', true)).length, 2);
  });

  it('takes an address for its own and asks nobody', async () => {
    const resolve: Resolve = () => assert.fail('asked');
    assert.deepEqual(await addressesOf(resolve, '93.184.215.14', false, never), ['93.184.215.14']);
    assert.deepEqual(await addressesOf(resolve, '2606:2800::1', false, never), ['2606:2800::1']);
  });

  it('names a missing host', async () => {
    await assert.rejects(
      addressesOf(absent, 'gone.test', false, never),
      isReason('name_not_found'),
    );
  });

  it('takes an empty answer for a missing host', async () => {
    const empty: Resolve = async () => [];
    await assert.rejects(addressesOf(empty, 'gone.test', false, never), isReason('name_not_found'));
  });

  it('does not wait for a name server longer than the signal says', async () => {
    const gone = new AbortController();
    const hanging: Resolve = () => Promise.withResolvers<string[]>().promise;
    const waiting = addressesOf(hanging, 'slow.test', false, gone.signal);
    gone.abort();
    await assert.rejects(waiting, isReason('connect_timeout'));
  });
});
