/** Everything that Postgres has is lost, and comes back from a backup: nothing is told twice. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../lib/prepare.ts';
import { alertsOf, becomes, channelObjects, jobOf } from './journey.ts';
import { NAMESPACE, TEAM, timed, until, type System } from './system.ts';

const MONITOR = 'kept';
const run = promisify(execFile);

/** A word of production, as a person types it. */
async function prod({ node }: System, ...words: readonly string[]): Promise<string> {
  const env = { ...process.env, KUBECONFIG: node.kubeconfig };
  const program = path.join(root, 'scripts', 'prod.ts');
  const ran = run(process.execPath, [program, ...words], { env });
  const { stdout, stderr } = await ran.catch((error: Error & { stdout: string }) =>
    assert.fail(`${error.message}\n${error.stdout}`),
  );
  return stdout + stderr;
}

const pageOf = (price: number): string =>
  `<!doctype html><title>Shop</title><h1>Duck</h1><p>Price: EUR ${price}.00</p>`;

export function backup(given: () => System): void {
  it('F24 brings back monitors, baselines and findings from nothing but a backup, and sends nothing again', async () => {
    const system = given();
    const { site } = system.world;
    site.set(MONITOR, pageOf(10));
    await system.apply(...channelObjects(system), jobOf(system, MONITOR, MONITOR));
    await becomes(system, `mj/${MONITOR}`, 'Healthy');
    const change = async (price: number): Promise<void> => {
      const before = alertsOf(system, MONITOR).length;
      site.set(MONITOR, pageOf(price));
      await system.monitor('run', MONITOR, '-n', TEAM, '--wait');
      await until('the alert', async () => alertsOf(system, MONITOR).length > before || undefined);
    };
    await change(11);
    assert.match(await prod(system, 'backup', '--cluster'), /verified|whole|rows/);
    const sent = system.world.hook.posts.length;

    await timed(system, 'from a lost volume to a platform that is Ready', async () => {
      // A new claim gets another, empty volume.
      await system.kubectl(['scale', 'statefulset/duckmon-postgres', '--replicas=0']);
      await system.kubectl(['delete', 'pvc', 'data-duckmon-postgres-0', '--timeout=60s']);
      await system.kubectl(['scale', 'statefulset/duckmon-postgres', '--replicas=1']);
      await system.kubectl(['rollout', 'status', 'statefulset/duckmon-postgres', '--timeout=120s']);
      await prod(system, 'restore', '--cluster', 'latest', '--yes');
      for (const name of ['scheduler', 'api'])
        await system.kubectl(['rollout', 'status', `deployment/duckmon-${name}`, '--timeout=120s']);
      await system.kubectl(['wait', '--for=condition=Ready', 'mplat/default', '--timeout=120s']);
    });
    assert.equal(system.world.hook.posts.length, sent, 'nothing was sent again');
    await change(12);
    const last = alertsOf(system, MONITOR).at(-1)?.raw ?? '';
    assert.match(last, /"before":"11\.00"/, 'the baseline of the backup is known');
    assert.equal(system.world.hook.posts.length, sent + 1);
    await system.node.kubectl(['-n', TEAM, 'delete', `mj/${MONITOR}`]);
  });

  it('says in one table that all is well: prod-health', async () => {
    const said = await prod(given(), 'prod-health', '--namespace', NAMESPACE);
    assert.match(said, /backup/i);
  });
}
