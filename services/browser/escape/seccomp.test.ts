import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SetupError } from '../../core/errors.ts';
import { findChromium, type ChromiumProgram } from '../chromium/find.ts';
import { launch, type Launched } from '../chromium/launch.ts';

interface Rule {
  readonly names: readonly string[];
  readonly action: string;
  readonly args?: readonly unknown[];
}

interface Profile {
  readonly syscalls: readonly Rule[];
}

const ADDED = ['clone', 'unshare', 'chroot'] as const;
const PROFILE = path.join(
  import.meta.dirname,
  '../../../charts/duckmon/files/seccomp/chromium.json',
);
const profile = JSON.parse(readFileSync(PROFILE, 'utf8')) as Profile;
const isAddition = ({ names }: Rule): boolean => names.join() === ADDED.join();

/** The profile without what it adds to the default, but for some of it. */
const adding = (names: readonly string[]): Profile => ({
  ...profile,
  syscalls: profile.syscalls.flatMap((rule) =>
    isAddition(rule) ? (names.length === 0 ? [] : [{ ...rule, names }]) : [rule],
  ),
});

/**
 * SHA-256 of `RuntimeDefault` in containerd 2.4.2 on x86-64 for a container without capabilities:
 * `DefaultProfile` of its package contrib/seccomp as JSON, with the names in each object sorted.
 */
const RUNTIME_DEFAULT = '8df67ae0ca210c03eb7b1229d80dfa78b97827fd7412302bed8c3ac713a2eaba';

function hashOf(value: unknown): string {
  const sorted = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(sorted);
    if (typeof one !== 'object' || one === null) return one;
    const entries = Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
  };
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex');
}

describe('seccomp profile of browsers', function () {
  this.timeout(30_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'duckmon-seccomp-'));
    chmodSync(folder, 0o755);
    copyFileSync(path.join(import.meta.dirname, 'testing/confine.py'), `${folder}/confine.py`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Chromium under a profile, as a runtime would start it. */
  async function confined(under: Profile): Promise<ChromiumProgram> {
    const program = await findChromium(process.env, '');
    writeFileSync(`${folder}/profile.json`, JSON.stringify(under), { mode: 0o644 });
    const file = `${folder}/chromium`;
    const loader = `python3 ${folder}/confine.py ${folder}/profile.json`;
    writeFileSync(file, `#!/bin/sh\nexec ${loader} '${program.file}' "$@"\n`, { mode: 0o755 });
    return { ...program, file };
  }
  const start = async (under: Profile): Promise<Launched> =>
    launch(await confined(under), 'http://127.0.0.1:9');

  it('C23 differs from the default of the runtime by exactly three calls', () => {
    const [added, ...more] = profile.syscalls.filter(isAddition);
    assert.deepEqual(added, { names: [...ADDED], action: 'SCMP_ACT_ALLOW' });
    assert.deepEqual(more, []);
    assert.equal(hashOf(adding([])), RUNTIME_DEFAULT);
  });

  it('C23 lets Chromium start with its own sandbox', async () => {
    const launched = await start(profile);
    const status = readFileSync(`/proc/${launched.pid}/status`, 'utf8');
    await launched.kill();
    assert.match(status, /^Seccomp:\t2$/m);
    assert.match(status, /^NoNewPrivs:\t1$/m);
  });

  for (const missing of ADDED)
    it(`C23 does not let Chromium start without ${missing}`, async () => {
      const rest = ADDED.filter((name) => name !== missing);
      await assert.rejects(start(adding(rest)), (error) => {
        assert.ok(error instanceof SetupError);
        assert.match((error.cause as Error).message, /No usable sandbox|sys_chroot/);
        return true;
      });
    });
});
