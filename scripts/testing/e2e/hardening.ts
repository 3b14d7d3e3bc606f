/** What a pod is held by, seen from inside of it: no root, no shell, nothing to write to, a sandboxed browser. */
import assert from 'node:assert/strict';
import { readFileSync, readlinkSync, renameSync } from 'node:fs';
import path from 'node:path';
import { clusterFolder } from '../../lib/cluster/folder.ts';
import { nodeFiles } from '../../lib/cluster/node/configuration.ts';
import { nodeProcesses } from '../../lib/cluster/node/groups.ts';
import { send } from '../site/page.ts';
import { becomes, jobOf } from './journey.ts';
import { COMPONENTS, podOf, runIn } from './pods.ts';
import { NAMESPACE, TEAM, until, type System } from './system.ts';

/** Everything that runs in a container of an image of ours. */
const OURS = COMPONENTS.filter((component) => component !== 'redis');

/** Who it is, what it may, and what it can write and start. */
const LOOK = `
const fs = require('node:fs');
const status = Object.fromEntries(
  fs.readFileSync('/proc/1/status', 'utf8').split('\\n').map((line) => line.split(':\\t')));
const write = (file) => {
  try { fs.writeFileSync(file, 'x'); fs.rmSync(file); return 'written'; } catch (error) { return error.code; }
};
const programs = [], raised = [];
const walk = (folder) => {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = folder + '/' + entry.name;
    if (entry.isDirectory()) walk(file);
    else if (!entry.isSymbolicLink()) {
      const { mode } = fs.statSync(file);
      if (mode & 0o6000) raised.push(file);
      if (/^\\/usr\\/(local\\/)?s?bin\\//.test(file)) programs.push(file);
    }
  }
};
for (const folder of ['/usr', '/app', '/etc']) walk(folder);
console.log(JSON.stringify({
  uid: process.getuid(), gid: process.getgid(), groups: process.getgroups(),
  capabilities: [status.CapEff, status.CapPrm, status.CapBnd, status.CapAmb],
  noNewPrivileges: status.NoNewPrivs, seccomp: status.Seccomp,
  writes: Object.fromEntries(['/x', '/app/x', '/etc/x', '/usr/local/bin/x', '/tmp/x'].map((file) => [file, write(file)])),
  programs, raised,
}));
`;

interface Seen {
  readonly uid: number;
  readonly gid: number;
  readonly capabilities: readonly string[];
  readonly noNewPrivileges: string;
  readonly seccomp: string;
  readonly writes: Readonly<Record<string, string>>;
  readonly programs: readonly string[];
  readonly raised: readonly string[];
}

interface Process {
  readonly pid: number;
  readonly command: string;
  /** Fields of /proc/PID/status. */
  readonly status: Readonly<Record<string, string>>;
}

/** The processes of the node with a word in their command line, seen from the machine. */
function processesWith(word: string): Process[] {
  return nodeProcesses().flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n');
      const status = Object.fromEntries(lines.map((line) => line.split(':\t') as [string, string]));
      return command.includes(word) ? [{ pid, command, status }] : [];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

const userNamespace = (pid: number): string => readlinkSync(`/proc/${pid}/ns/user`);

export function hardening(given: () => System): void {
  it('G8 G12 G13 gives every pod a user, no rights, no shell, and nothing to write to but its own', async () => {
    const system = given();
    for (const component of OURS) {
      const seen = JSON.parse(await runIn(system, await podOf(system, component), LOOK)) as Seen;
      const label = `${component}: ${JSON.stringify(seen)}`;
      assert.deepEqual([seen.uid, seen.gid], [10_001, 10_001], label);
      assert.ok(
        seen.capabilities.every((bits) => /^0+$/.test(bits)),
        label,
      );
      assert.deepEqual([seen.noNewPrivileges, seen.seccomp], ['1', '2'], label);
      const { '/tmp/x': own, ...others } = seen.writes;
      assert.equal(own, 'written', label);
      assert.ok(
        Object.values(others).every((code) => code === 'EROFS'),
        label,
      );
      assert.deepEqual(seen.raised, [], label);
      const known = component === 'postgres' ? ['/usr/bin/dash'] : [];
      assert.deepEqual(seen.programs.toSorted(), [...known, '/usr/local/bin/node'], label);
    }
  });

  it('C22 keeps Chromium’s own sandbox in every renderer, below the profile of the pod', async () => {
    const system = given();
    const { world } = system;
    const opened = Promise.withResolvers<void>();
    const seen = Promise.withResolvers<void>();
    // The page is open, and its renderer alive, until we have looked.
    world.site.handle('held', (visit) => {
      opened.resolve();
      void seen.promise.then(() => send(visit, '<h1>Held</h1><p>Price: EUR 1.00</p>'));
    });
    await system.apply(jobOf(system, 'held', 'held'));
    await opened.promise;
    try {
      const renderers = await until('a renderer', async () => {
        const found = processesWith('--type=renderer');
        return found.length > 0 ? found : undefined;
      });
      const [worker] = processesWith('services/browser/main.ts');
      assert.ok(worker);
      for (const { pid, status } of renderers) {
        assert.equal(status['Seccomp'], '2');
        assert.equal(status['NoNewPrivs'], '1');
        // Of this machine, of the pod, and of Chromium's own.
        assert.ok((status['NSpid'] ?? '').trim().split(/\s+/).length >= 3, status['NSpid']);
        assert.notEqual(userNamespace(pid), userNamespace(worker.pid));
      }
      assert.ok(processesWith('chromium').every(({ command }) => !command.includes('no-sandbox')));
    } finally {
      seen.resolve();
    }
    await becomes(system, 'mj/held', 'Healthy');
    await system.node.kubectl(['-n', TEAM, 'delete', 'mj/held']);
  });

  it('C22 starts no browser under a profile that keeps Chromium from its sandbox, and says why', async () => {
    const system = given();
    const { name } = await podOf(system, 'browser');
    const { spec } = JSON.parse(await system.kubectl(['get', 'pod', name, '-o', 'json'])) as {
      spec: { securityContext: object; containers: object[] };
    };
    const seccompProfile = { type: 'RuntimeDefault' };
    const weaker = {
      ...spec,
      nodeName: undefined,
      restartPolicy: 'Never',
      securityContext: { ...spec.securityContext, seccompProfile },
      containers: spec.containers.map((one) => ({
        ...one,
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      })),
    };
    const metadata = { name: 'unsandboxed', namespace: NAMESPACE };
    await system.apply({ apiVersion: 'v1', kind: 'Pod', metadata, spec: weaker });
    try {
      const phase = '--for=jsonpath={.status.phase}=Failed';
      await system.kubectl(['wait', phase, 'pod/unsandboxed', '--timeout=90s']);
      assert.match(await system.kubectl(['logs', 'unsandboxed']), /sandbox/i);
    } finally {
      await system.kubectl(['delete', 'pod', 'unsandboxed', '--grace-period=1']);
    }
  });

  it('shows a node without the profile, on which no browser starts, and one that has it again', async () => {
    const system = given();
    const { seccomp } = nodeFiles(clusterFolder(system.node.apiServer.state).node);
    const profile = path.join(seccomp, 'duckmon', 'chromium.json');
    renameSync(profile, `${profile}.away`);
    const says = (reason: string): Promise<unknown> =>
      until(`the reason ${reason}`, async () => {
        const field = '{.items[*].status.conditions[?(@.type=="Sandboxed")].reason}';
        return (await system.read('workerpools', field)).includes(reason) ? reason : undefined;
      });
    try {
      const { name } = await podOf(system, 'browser');
      await system.kubectl(['delete', 'pod', name, '--wait=false']);
      await says('ProfileMissing');
      await system.kubectl([
        'wait',
        '--for=condition=Sandboxed=False',
        'mplat/default',
        '--timeout=30s',
      ]);
    } finally {
      renameSync(`${profile}.away`, profile);
    }
    await system.kubectl(['wait', '--for=condition=Sandboxed', 'mplat/default', '--timeout=120s']);
    await podOf(system, 'browser');
  });
}
