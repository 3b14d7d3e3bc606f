import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** What a child process wrote and how it ended. */
interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly said: string;
}

/** Runs `runMain` in a process of its own; sends `signals` one after the other once it listens. */
async function runChild(start: string, signals: NodeJS.Signals[] = []): Promise<Ended> {
  const at = (file: string): string => JSON.stringify(path.join(import.meta.dirname, file));
  const program = `
    import { createLog } from ${at('log.ts')};
    import { SetupError } from ${at('errors.ts')};
    import { runMain } from ${at('lifecycle.ts')};
    const keep = setInterval(() => {}, 1000);
    await runMain(createLog('child'), ${start});
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let said = '';
  const left = [...signals];
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
    const next = /listening|stopping/.test(String(chunk)) ? left.shift() : undefined;
    if (next) child.kill(next);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, said };
}

const messages = ({ out }: Ended): unknown[] =>
  out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { msg: unknown }).msg);

describe('core: lifecycle', () => {
  const running = (stop: string): string => `async () => ({ url: 'http://x', stop: ${stop} })`;

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    it(`stops on ${signal} and ends with 0`, async () => {
      const ended = await runChild(running('async () => { process.stderr.write("stopped"); }'), [
        signal,
      ]);
      assert.deepEqual([ended.code, ended.said], [0, 'stopped']);
      assert.deepEqual(messages(ended), ['listening', 'stopping']);
    });

  it('ends at once on a second signal', async () => {
    const ended = await runChild(running('() => new Promise(() => {})'), ['SIGTERM', 'SIGTERM']);
    assert.equal(ended.code, 1);
    assert.deepEqual(messages(ended), ['listening', 'stopping', 'stopping at once']);
  });

  it('drains on a signal what can be drained', async () => {
    const drained = `async () => ({
      url: 'http://x',
      stop: async () => { process.stderr.write('stopped'); },
      drain: async () => { process.stderr.write('drained'); },
    })`;
    const ended = await runChild(drained, ['SIGTERM']);
    assert.deepEqual([ended.code, ended.said], [0, 'drained']);
  });

  it('ends at once on a second signal while it drains', async () => {
    const endless = `async () => ({
      url: 'http://x',
      stop: async () => {},
      drain: () => new Promise(() => {}),
    })`;
    const ended = await runChild(endless, ['SIGTERM', 'SIGTERM']);
    assert.equal(ended.code, 1);
    assert.deepEqual(messages(ended), ['listening', 'stopping', 'stopping at once']);
  });

  it('ends with 0 when its work is done', async () => {
    const done = `async () => ({
      url: 'http://x',
      stop: async () => { process.stderr.write('stopped'); },
      done: Promise.resolve(),
    })`;
    const ended = await runChild(done);
    assert.deepEqual([ended.code, ended.said], [0, 'stopped']);
    assert.deepEqual(messages(ended), ['listening', 'stopping']);
  });

  it('lets a signal pass that comes while it ends because its work is done', async () => {
    const slow = `async () => ({
      url: 'http://x',
      stop: () => new Promise((resolve) => {
        process.once('SIGTERM', resolve);
        process.kill(process.pid, 'SIGTERM');
      }),
      done: Promise.resolve(),
    })`;
    const ended = await runChild(slow);
    assert.deepEqual([ended.code, messages(ended)], [0, ['listening', 'stopping']]);
  });

  it('says a mistake in the set-up in one sentence without a stack and ends with 2', async () => {
    const ended = await runChild(
      `async () => { throw new SetupError('Port 1 is in use; choose another.'); }`,
    );
    assert.deepEqual([ended.code, ended.said], [2, 'Port 1 is in use; choose another.\n']);
  });

  for (const [what, start] of [
    ['a start that fails', `async () => { throw new Error('boom'); }`],
    [
      'an exception later',
      `async () => { setImmediate(() => { throw new Error('boom'); }); return { url: 'x', stop: async () => {} }; }`,
    ],
    [
      'a rejection later',
      `async () => { setImmediate(() => { Promise.reject(new Error('boom')); }); return { url: 'x', stop: async () => {} }; }`,
    ],
  ] as const)
    it(`writes ${what} to the log and ends with 1`, async () => {
      const ended = await runChild(start);
      assert.deepEqual([ended.code, ended.said], [1, '']);
      const last = JSON.parse(ended.out.trim().split('\n').at(-1) ?? '') as {
        level: string;
        err: { message: string };
      };
      assert.deepEqual([last.level, last.err.message], ['fatal', 'boom']);
    });

  it('ends with 1 when the stop fails', async () => {
    const ended = await runChild(running(`async () => { throw new Error('stuck'); }`), ['SIGTERM']);
    assert.equal(ended.code, 1);
  });
});
