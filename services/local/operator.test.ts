import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SetupError } from '../core/errors.ts';
import { captureLog } from '../core/testing/log.ts';
import { startOperatorProcess } from './operator.ts';
import { freePorts } from './testing/installation.ts';

describe('the operator beside the local services', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'duckmon-operator-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const start = async (
    kubeconfig: string,
    env: Record<string, string> = {},
    log = captureLog().log,
  ) => {
    const [port] = await freePorts(1);
    return startOperatorProcess({
      kubeconfig,
      keysFile: path.join(folder, 'keys.json'),
      schedulerUrl: 'http://127.0.0.1:1',
      env: { OPERATOR_PORT: String(port), ...env },
      log,
      onLost: () => assert.fail('it was not up'),
    });
  };
  const write = (name: string, text: string): string => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  const says = (words: RegExp) => (error: unknown) =>
    error instanceof SetupError && words.test(error.message);

  it('names a kubeconfig that is not there, and how to get a cluster', async () => {
    await assert.rejects(start('/nowhere/config'), says(/\/nowhere\/config.*scripts\/cluster up/));
  });

  it('names a port that is none', async () => {
    const file = write('config', 'apiVersion: v1\nkind: Config\n');
    await assert.rejects(start(file, { OPERATOR_PORT: 'x' }), says(/OPERATOR_PORT/));
  });

  it('says in one sentence why the operator did not start, and passes its log on', async () => {
    const captured = captureLog();
    const file = write('config', 'apiVersion: v1\nkind: Config\n');
    await assert.rejects(start(file, {}, captured.log), says(/did not start.*keys\.json/));
    assert.ok(captured.lines().some((line) => line['level'] === 'fatal'));
  });
});
