import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { CANARY_PROGRAM, canaryAnswer, canaryPod, lookAgainAt, nextCanaryAt } from './canaryPod.ts';
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

const NOW = new Date('2026-11-25T12:00:30Z');
const GOOD = { allowed: true, forbidden: false };

/** One that was made with what is believed, a number of seconds ago. */
const made = (ageSeconds: number, state: object = {}): CanaryPod => ({
  ...canaryPod({ namespace: 'duckmon', image, apiServer, believed: GOOD }),
  metadata: { creationTimestamp: new Date(NOW.getTime() - ageSeconds * 1000).toISOString() },
  status: { containerStatuses: [{ state }] },
});

describe('operator: the canary pod', () => {
  it('tries the proxy, which it may reach, and the API server, which it may not', () => {
    const pod = canaryPod({ namespace: 'duckmon', image, apiServer }) as CanaryPod | undefined;
    const command = pod?.spec?.containers[0]?.command ?? [];
    assert.deepEqual(command.slice(3), [
      'duckmon-egress.duckmon.svc:8005',
      '[2001:db8::1]:6443',
      '',
    ]);
  });
  it('is none while there is nothing that is forbidden', () => {
    assert.equal(canaryPod({ namespace: 'duckmon', image, apiServer: [] }), undefined);
  });
  it('has said something when it has ended, in its own words', () => {
    assert.deepEqual(canaryAnswer(ended('{"allowed":true,"forbidden":false}'), NOW), GOOD);
    for (const silent of [undefined, ended(), ended('Error'), ended('{}')])
      assert.equal(canaryAnswer(silent, NOW), undefined);
  });
  it('stands for what it was told as long as it runs', () => {
    assert.deepEqual(canaryAnswer(made(500, { running: {} }), NOW), GOOD);
  });
  it('knows nothing any more when its node does not start it within a minute', () => {
    assert.deepEqual(canaryAnswer(made(59), NOW), GOOD);
    assert.equal(canaryAnswer(made(61), NOW), undefined);
  });
  it('makes room for the next one a moment after its words, and a minute after none', () => {
    const words = JSON.stringify(GOOD);
    assert.deepEqual(nextCanaryAt(ended(words)), new Date('2026-11-25T12:00:10Z'));
    assert.deepEqual(nextCanaryAt(ended('Error')), new Date('2026-11-25T12:01:00Z'));
    assert.equal(nextCanaryAt({ metadata: {} }), undefined);
  });
  it('is looked at again when it is to be replaced or started, and never at a time that is past', () => {
    assert.deepEqual(lookAgainAt(ended(), NOW), new Date('2026-11-25T12:01:00Z'));
    assert.deepEqual(lookAgainAt(made(50), NOW), new Date(NOW.getTime() + 10_000));
    for (const pod of [undefined, made(61), made(1, { running: {} }), ended(JSON.stringify(GOOD))])
      assert.equal(lookAgainAt(pod, NOW), undefined);
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
    const run = async (settings: Record<string, string>, ...args: string[]): Promise<unknown> => {
      const file = path.join(folder, 'result');
      const env = { ...process.env, RESULT_FILE: file, EVERY_MS: '20', ...settings };
      await promisify(execFile)(process.execPath, ['-e', CANARY_PROGRAM, ...args], { env });
      return JSON.parse(readFileSync(file, 'utf8'));
    };
    const listen = async (port = 0): Promise<Server> => {
      const server = createServer((socket) => socket.end()).listen(port, '127.0.0.1');
      await once(server, 'listening');
      return server;
    };
    const addressOf = (server: Server): string =>
      `127.0.0.1:${(server.address() as AddressInfo).port}`;

    it('tells a connection that was opened from one that was not', async () => {
      const server = await listen();
      const open = addressOf(server);
      assert.deepEqual(await run({}, open, '127.0.0.1:1', ''), GOOD);
      const other = { allowed: false, forbidden: true };
      assert.deepEqual(await run({}, '[::1]:1', open, ''), other);
      server.close();
    });

    it('goes on while it finds what is believed, and ends when it does not any more', async () => {
      const server = await listen();
      let connections = 0;
      server.on('connection', () => {
        connections++;
        if (connections === 3) server.close();
      });
      const found = await run({}, addressOf(server), '127.0.0.1:1', JSON.stringify(GOOD));
      assert.deepEqual(found, { allowed: false, forbidden: false });
      assert.equal(connections, 3);
    });

    /** Runs it here, with attempts whose ends are given: `+` opened, `-` not; the forbidden one never is. */
    const script = async (outcomes: string, believed: string): Promise<unknown> => {
      const left = outcomes.split('');
      const { promise, resolve } = Promise.withResolvers<unknown>();
      const connect = ({ port }: { readonly port: number }) => {
        const opened = port === 1 && left.shift() === '+';
        const once = (event: string, end: () => void): void => {
          if (event === (opened ? 'connect' : 'error')) queueMicrotask(end);
        };
        return { once, setTimeout: () => {}, destroy: () => {} };
      };
      const modules: Record<string, unknown> = {
        'node:net': { connect },
        'node:fs': { writeFileSync: (_: string, words: string) => resolve(JSON.parse(words)) },
      };
      const argv = ['node', 'allowed:1', 'forbidden:2', believed];
      // oxlint-disable-next-line no-implied-eval
      const program = new Function('require', 'process', 'setTimeout', CANARY_PROGRAM);
      const soon = (next: (before: string) => void, _ms: number, before: string): void =>
        queueMicrotask(() => (left.length > 0 ? next(before) : resolve('nothing')));
      program((name: string) => modules[name], { argv, env: {} }, soon);
      return promise;
    };

    it('does not tell of one attempt that failed, but of two in a row', async () => {
      const nobody = { allowed: false, forbidden: false };
      assert.equal(await script('+-+-+', JSON.stringify(GOOD)), 'nothing');
      assert.deepEqual(await script('+-+--', JSON.stringify(GOOD)), nobody);
      assert.deepEqual(await script('-+', ''), GOOD);
    });

    it('ends after its time with what it found last', async () => {
      const server = await listen();
      const found = run({ LIFE_MS: '60' }, addressOf(server), '127.0.0.1:1', JSON.stringify(GOOD));
      assert.deepEqual(await found, GOOD);
      server.close();
    });
  });
});
