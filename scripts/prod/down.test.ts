import assert from 'node:assert/strict';
import { SetupError } from '../../services/core/errors.ts';
import { down } from './down.ts';
import { fakeDeps, kubectlSays, PLACE, WHERE, type Answer } from './testing.ts';

const COMMAND = {
  kind: 'prod-down',
  where: WHERE,
  dryRun: false,
  yes: false,
  timeoutMs: 300_000,
} as const;
const cluster: Answer = ({ line }) => {
  if (line.startsWith('get values')) return '{}';
  if (line.startsWith('get custom')) return kubectlSays('crds is forbidden: User "a"');
  return line.startsWith('get persistent') ? 'secret/duckmon-postgres\n' : '';
};
const uninstalls = ({ calls }: ReturnType<typeof fakeDeps>): string[] =>
  calls.map(({ line }) => line).filter((line) => line.startsWith('uninstall'));

describe('prod-down', () => {
  it('says what stays before it asks, and uninstalls after a yes', async () => {
    const questions: string[] = [];
    const ask = async (question: string): Promise<string> => {
      questions.push(question);
      return 'y';
    };
    const deps = fakeDeps(cluster, { ask });
    assert.equal(await down(COMMAND, PLACE, deps), 0);
    assert.match(
      questions.join(),
      /^Uninstall duckmon .* of https:\/\/k8s\.example\.org\? \[y\/N\] $/,
    );
    assert.match(deps.said[2] ?? '', /definitions/);
    assert.deepEqual(uninstalls(deps), ['uninstall duckmon --timeout=5m']);
  });

  it('tells how what is left is removed, as far as it may look', async () => {
    const deps = fakeDeps(cluster);
    await down({ ...COMMAND, yes: true }, PLACE, deps);
    assert.deepEqual(deps.printed, [
      'kubectl --context=prod -n=duckmon delete secret/duckmon-postgres',
    ]);
  });

  it('does nothing without a yes, and in a dry run', async () => {
    const silent = fakeDeps(cluster);
    await assert.rejects(down(COMMAND, PLACE, silent), SetupError);
    assert.deepEqual(uninstalls(silent), []);
    const dry = fakeDeps(cluster);
    assert.equal(await down({ ...COMMAND, dryRun: true }, PLACE, dry), 0);
    assert.deepEqual(uninstalls(dry), []);
    assert.match(dry.printed[0] ?? '', /^helm .* uninstall duckmon/);
  });
});
