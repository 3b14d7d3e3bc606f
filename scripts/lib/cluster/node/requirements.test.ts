import assert from 'node:assert/strict';
import { LINK } from './addresses.ts';
import { obstacle, requireFree, type Machine } from './requirements.ts';

const PROGRAMS = ['ip', 'iptables', 'nft', 'openssl', 'nsenter', 'unshare', 'tar'];

const machine = (changes: Partial<Machine> = {}, files: readonly string[] = PROGRAMS): Machine => ({
  platform: 'linux',
  uid: 0,
  exists: (file) => files.some((name) => file === `/bin/${name}` || file === name),
  env: { PATH: '/sbin:/bin' },
  ...changes,
});

describe('cluster: what a node needs of a machine', () => {
  it('is content with root on Linux and the usual programs', () => {
    assert.equal(obstacle(['/srv/state'], machine()), undefined);
  });

  it('says in one sentence that it needs root, and what else to do', () => {
    const said = obstacle(['/srv/state'], machine({ uid: 1000 }));
    assert.match(
      said ?? '',
      /^A node needs root[^.]*; run this as root, or .*DUCKMON_TEST_KUBECONFIG\.$/,
    );
  });

  it('says that it needs Linux', () => {
    assert.match(
      obstacle([], machine({ platform: 'darwin' })) ?? '',
      /needs Linux, and this is darwin/,
    );
  });

  it('names the folder that a node would not see', () => {
    const said = obstacle(['/srv/state', '/var/lib/ci/cache'], machine());
    assert.match(said ?? '', /^\/var\/lib\/ci\/cache lies where .*--state DIR/);
    assert.equal(obstacle(['/var/library'], machine()), undefined);
  });

  it('refuses a second node on the machine', () => {
    const there = (file: string): boolean => file === `/sys/class/net/${LINK}`;
    assert.throws(() => requireFree(there), /one at a time; stop it with/);
    requireFree(() => false);
  });

  it('names missing programs and the packages that have them', () => {
    const said = obstacle([], machine({}, ['ip', 'openssl', 'unshare', 'tar']));
    assert.match(
      said ?? '',
      /needs iptables, nft, nsenter; install the packages iptables, nftables, util-linux\./,
    );
  });
});
