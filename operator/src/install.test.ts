import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SetupError } from '../../services/core/errors.ts';
import type { KubeObject } from '../../services/core/kube/types.ts';
import { createLog } from '../../services/core/log.ts';
import { install } from './install.ts';

describe('operator: install', () => {
  let folder = '';
  let applied: string[] = [];
  let asks = 0;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'duckmon-crds-'));
    applied = [];
    asks = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (file: string, text: string): void => writeFileSync(path.join(folder, file), text);
  const crd = (name: string): string =>
    `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: ${name}}\n`;
  const run = (servedAfter: number): Promise<void> =>
    install(folder, 'duckmon', {
      transport: {
        apply: <T extends KubeObject>(_resource: unknown, object: KubeObject) => {
          applied.push(`${object.kind ?? 'Namespace'} ${object.metadata.name}`);
          return Promise.resolve(object as T);
        },
        get: <T extends KubeObject>() => {
          asks += 1;
          const status = asks > servedAfter ? 'True' : 'False';
          const conditions = [{ type: 'Established', status }];
          return Promise.resolve({ metadata: {}, status: { conditions } } as unknown as T);
        },
      },
      clock: { now: () => new Date(), monotonic: () => 0, sleep: () => Promise.resolve() },
      log: createLog('operator', 'silent'),
    });

  it('applies namespace and definitions and waits until they are served', async () => {
    write('b.yaml', crd('b.example'));
    write('a.yaml', crd('a.example'));
    write('README.md', 'no manifest');
    await run(3);
    assert.deepEqual(applied, [
      'Namespace duckmon',
      'CustomResourceDefinition a.example',
      'CustomResourceDefinition b.example',
    ]);
    assert.equal(asks, 5);
  });

  it('names a file that is no definition', async () => {
    write('a.yaml', 'kind: ConfigMap\n');
    await assert.rejects(
      run(0),
      (error) => error instanceof SetupError && /a\.yaml/.test(error.message),
    );
  });

  it('says what the server does not come to serve', async () => {
    write('a.yaml', crd('a.example'));
    await assert.rejects(run(1e9), /does not serve a\.example/);
  });
});
