import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { CANARY_PROGRAM, canaryAnswer, canaryPod, nextCanaryAt } from './canaryPod.ts';
import type { CanaryPod } from './kinds.ts';

const image = `registry.example/duckmon@sha256:${'a'.repeat(64)}`;
const apiServer = [{ addresses: ['2001:db8::1', '10.0.0.1'], ports: [6443] }];
const ended = (message?: string): CanaryPod => ({
  metadata: {},
  status: {
    containerStatuses: [
      {
        state: {
          terminated: {
            finishedAt: '2026-11-25T12:00:00Z',
            ...(message === undefined ? {} : { message }),
          },
        },
      },
    ],
  },
});

describe('operator: the canary pod', () => {
  it('tries the proxy, which it may reach, and the API server, which it may not', () => {
    const pod = canaryPod({ namespace: 'duckmon', image, apiServer }) as CanaryPod | undefined;
    const command = pod?.spec?.containers[0]?.command ?? [];
    assert.deepEqual(command.slice(3), ['duckmon-egress.duckmon.svc:8005', '[2001:db8::1]:6443']);
  });
  it('is none while there is nothing that is forbidden', () => {
    assert.equal(canaryPod({ namespace: 'duckmon', image, apiServer: [] }), undefined);
  });
  it('has said something only when it has ended, in its own words', () => {
    assert.deepEqual(canaryAnswer(ended('{"allowed":true,"forbidden":false}')), {
      allowed: true,
      forbidden: false,
    });
    for (const silent of [undefined, { metadata: {} }, ended(), ended('Error'), ended('{}')])
      assert.equal(canaryAnswer(silent), undefined);
  });
  it('makes room for the next one ten minutes after its end', () => {
    assert.deepEqual(nextCanaryAt(ended()), new Date('2026-11-25T12:10:00Z'));
    assert.equal(nextCanaryAt({ metadata: {} }), undefined);
  });
  it('G7 is restricted: no root, no token, no privilege, no writable root', () => {
    const text = JSON.stringify(canaryPod({ namespace: 'duckmon', image, apiServer }));
    for (const words of [
      '"runAsNonRoot":true',
      '"automountServiceAccountToken":false',
      '"allowPrivilegeEscalation":false',
      '"readOnlyRootFilesystem":true',
      '"drop":["ALL"]',
      '"type":"RuntimeDefault"',
    ])
      assert.ok(text.includes(words), words);
  });

  describe('program', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-canary-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));
    const run = async (...targets: string[]): Promise<unknown> => {
      const file = path.join(folder, 'result');
      const env = { ...process.env, RESULT_FILE: file };
      await promisify(execFile)(process.execPath, ['-e', CANARY_PROGRAM, ...targets], { env });
      return JSON.parse(readFileSync(file, 'utf8'));
    };

    it('tells a connection that was opened from one that was not', async () => {
      const server = createServer((socket) => socket.end());
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const open = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      assert.deepEqual(await run(open, '127.0.0.1:1'), { allowed: true, forbidden: false });
      assert.deepEqual(await run('[::1]:1', open), { allowed: false, forbidden: true });
      server.close();
    });
  });
});
