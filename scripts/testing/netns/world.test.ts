import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { FORBIDDEN, LINKS, SITES } from './addresses.ts';
import { startAgent } from './agent.ts';
import { attempt } from './attempt.ts';
import { run } from './commands.ts';
import { shownFlow } from './counting.ts';
import { PODS } from './installation.ts';
import { makeWorld, type World } from './world.ts';

const ofThis = (): string[] =>
  run(['ip', 'netns', 'list'])
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((name) => name.startsWith(`duckmon-net-${process.pid}-`));

describe('network of a test', function () {
  this.timeout(20_000);
  let world: World;
  beforeEach(() => (world = makeWorld()));
  afterEach(() => world.close());

  it('counts each packet by destination and protocol, of v4 and v6, also one that is dropped', () => {
    world.enforce(
      [
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: { name: 'deny', namespace: 'team-a' },
          spec: { podSelector: {}, policyTypes: ['Egress'] },
        },
      ],
      PODS,
    );
    attempt(world, 'browse', [`udp ${SITES.v6} 443`, `udp ${SITES.v6} 443`, `ping ${SITES.v4} 0`]);
    const counted = world.sent('browse').map((flow) => [shownFlow(flow), flow.packets]);
    assert.deepEqual(
      new Map(counted as [string, number][]),
      new Map([
        [`udp [${SITES.v6}]:443`, 2],
        [`icmp ${SITES.v4}`, 1],
      ]),
    );
    assert.deepEqual(world.passed('browse'), []);
    world.enforce(undefined);
    attempt(world, 'browse', [`udp ${FORBIDDEN.special} 123`]);
    assert.deepEqual(world.passed('browse').map(shownFlow), [`udp ${FORBIDDEN.special}:123`]);
    world.forget();
    assert.deepEqual([world.sent('browse'), world.passed('browse')], [[], []]);
  });

  it('counts what a browser sends to itself, and each part by itself', () => {
    attempt(world, 'browse', ['udp 127.0.0.1 53', 'udp ::1 53']);
    attempt(world, 'edge', [`udp ${LINKS.proxy.v4} 9`]);
    const own = world.loopback().map(shownFlow);
    // Nobody listens there, which the kernel says by ICMP.
    const asked = own.filter((flow) => flow.startsWith('udp')).toSorted();
    assert.deepEqual(asked, ['udp 127.0.0.1:53', 'udp [::1]:53']);
    assert.deepEqual(world.sent('browse'), []);
    assert.deepEqual(world.sent('edge').map(shownFlow), [`udp ${LINKS.proxy.v4}:9`]);
  });

  it('sends nothing by itself', () => {
    for (const role of ['edge', 'browse', 'proxy', 'inet'] as const)
      assert.deepEqual(world.sent(role), []);
  });

  it('is gone with all its processes when it is closed', async () => {
    assert.equal(ofThis().length, 5);
    const agent = await startAgent(world, 'inet', 'inet');
    world.close();
    await agent.stop();
    assert.deepEqual(ofThis(), []);
    assert.equal(existsSync(`/etc/netns/duckmon-net-${process.pid}-1-browse`), false);
  });

  it('takes away what a process that was killed has left', () => {
    const { pid } = spawnSync('true');
    const left = `duckmon-net-${pid}-1-hub`;
    run(['ip', 'netns', 'add', left]);
    makeWorld().close();
    assert.ok(!run(['ip', 'netns', 'list']).includes(left));
    assert.equal(ofThis().length, 5);
  });
});
