import assert from 'node:assert/strict';
import { SetupError } from '../../services/core/errors.ts';
import { makeCertificate } from '../testing/certificate.ts';
import { health } from './health.ts';
import {
  fakeClock,
  fakeDeps,
  kubectlSays,
  PLACE,
  WHERE,
  type Answer,
  type Call,
} from './testing.ts';

const COMMAND = { kind: 'prod-health', where: WHERE, dryRun: false, json: false } as const;
const NOT_FOUND = kubectlSays('Error from server (NotFound): x "duckmon" not found');
const types = ['Ready', 'KeysCurrent', 'NetworkPolicyEnforced', 'Sandboxed', 'SchedulerReachable'];
const not = ['KeysLost', 'DataKeyLost', 'DataKeyRotating', 'Frozen', 'Paused'];
const conditions = [
  ...types.map((type) => ({ type, status: 'True' })),
  ...not.map((type) => ({ type, status: 'False' })),
];
const PLATFORM = { kind: 'MonitorPlatform', metadata: { name: 'default' }, status: { conditions } };
const INGRESS = { spec: { rules: [{ host: 'localhost' }], tls: [{ secretName: 'duckmon-tls' }] } };

/** A cluster in which all is well, but for what `changed` answers. */
const well =
  (changed: (call: Call) => ReturnType<Answer> = () => undefined): Answer =>
  (call) => {
    const { line } = call;
    const answer = changed(call);
    if (answer !== undefined) return answer;
    if (line.startsWith('history')) return '[{"revision": 1, "status": "deployed", "chart": "c"}]';
    if (line.startsWith('get workerpools')) return JSON.stringify({ items: [PLATFORM] });
    if (/^get (?:ingress|cronjob)/.test(line)) return NOT_FOUND;
    return '{"items": []}';
  };

describe('prod-health', () => {
  it('ends with 0 when all is well, and without an Ingress or backups too', async () => {
    const deps = fakeDeps(well());
    assert.equal(await health(COMMAND, PLACE, deps), 0);
    assert.match(deps.printed.join('\n'), /^release +ok[^]*^ingress +note[^]*^backup +note/m);
    assert.match(deps.said[0] ?? '', /looks at context prod .*, and changes nothing/);
  });

  it('ends with 1 when anything is bad, and tells programs the same', async () => {
    const failed = '[{"revision": 1, "status": "failed", "chart": "c"}]';
    const answer = well(({ line }) => (line.startsWith('history') ? failed : undefined));
    assert.equal(await health(COMMAND, PLACE, fakeDeps(answer)), 1);
    const deps = fakeDeps(answer);
    assert.equal(await health({ ...COMMAND, json: true }, PLACE, deps), 1);
    const told = JSON.parse(deps.printed.join('\n')) as { healthy: boolean; context: string };
    assert.deepEqual([told.healthy, told.context], [false, 'prod']);
  });

  it('asks for the certificate alone, never for its key, and may be refused it', async () => {
    const pem = Buffer.from(makeCertificate().cert).toString('base64');
    for (const [secret, wanted] of [
      [pem, /^certificate +ok/m],
      [NOT_FOUND, /^certificate +bad +- +there is no Secret duckmon-tls/m],
      [kubectlSays('secrets "duckmon-tls" is forbidden: User "a"'), /^certificate +note/m],
    ] as const) {
      const deps = fakeDeps(
        well(({ line }) => {
          if (line.startsWith('get ingress')) return JSON.stringify(INGRESS);
          return line.startsWith('get secret') ? secret : undefined;
        }),
        { clock: fakeClock(Date.now()) },
      );
      await health(COMMAND, PLACE, deps);
      assert.match(deps.printed.join('\n'), wanted);
      const asked = deps.calls.filter(({ line }) => line.includes('secret'));
      assert.deepEqual(
        asked.map(({ line }) => line),
        [String.raw`get secret/duckmon-tls -o=jsonpath={.data.tls\.crt}`],
      );
    }
  });

  it('shows in a dry run what it would ask', async () => {
    const deps = fakeDeps();
    assert.equal(await health({ ...COMMAND, dryRun: true }, PLACE, deps), 0);
    assert.deepEqual(deps.calls, []);
    assert.match(deps.printed[0] ?? '', /^helm .* history duckmon/);
  });

  it('says that there is no release', async () => {
    const deps = fakeDeps(well(({ line }) => (line.startsWith('history') ? '[]' : undefined)));
    await assert.rejects(
      health(COMMAND, PLACE, deps),
      (error) => error instanceof SetupError && /no release duckmon/.test(error.message),
    );
  });
});
