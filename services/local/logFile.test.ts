import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openLogFile } from './logFile.ts';
import { sizeOf } from './rotate.ts';

const LIMITS = { maxBytes: 200, keep: 2 };

describe('the log file of local mode', () => {
  let base: string;
  let file: string;
  beforeEach(() => {
    base = mkdtempSync(path.join(os.tmpdir(), 'duckmon-log-'));
    file = path.join(base, 'x.log');
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  const read = (name: string): string => readFileSync(path.join(base, name), 'utf8');
  const total = (): number =>
    readdirSync(base).reduce((sum, name) => sum + sizeOf(path.join(base, name)), 0);

  it('has each line as soon as it is written', () => {
    openLogFile(file, LIMITS).write('one\n');
    assert.equal(read('x.log'), 'one\n');
  });

  it('goes on in the file of an earlier run', () => {
    openLogFile(file, LIMITS).write('one\n');
    openLogFile(file, LIMITS).write('two\n');
    assert.equal(read('x.log'), 'one\ntwo\n');
  });

  it('begins a new file when a line does not fit, and keeps the newest lines in order', () => {
    const log = openLogFile(file, LIMITS);
    for (let n = 100; n < 170; n += 1) log.write(`line ${n}\n`);
    const kept = [read('x.log.2'), read('x.log.1'), read('x.log')].join('').trimEnd().split('\n');
    assert.equal(kept.at(-1), 'line 169');
    assert.deepEqual(
      kept,
      Array.from({ length: kept.length }, (_, at) => `line ${170 - kept.length + at}`),
    );
    assert.ok(kept.length > 2 * 22);
  });

  it('never takes more than its bound, however much is written and however often it is opened', async () => {
    for (let run = 0; run < 10; run += 1) {
      const log = openLogFile(file, LIMITS);
      for (let n = 0; n < 60; n += 1) {
        log.write(`${'ü'.repeat((n * 7 + run) % 95)}\n`);
        assert.ok(total() <= 600, `${total()} bytes`);
        await nextTurn();
      }
    }
    assert.ok(!existsSync(`${file}.3`));
  });

  it('leaves out a line that is longer than a file, and says so', () => {
    openLogFile(file, LIMITS).write(`${'x'.repeat(500)}\n`);
    assert.match(read('x.log'), /"msg":"A line of 501 characters was left out"\}\n$/);
    assert.ok(total() <= 200);
  });

  it('puts a file away that was larger before it had a bound', () => {
    writeFileSync(file, 'x'.repeat(300));
    openLogFile(file, LIMITS).write('one\n');
    assert.equal(read('x.log'), 'one\n');
  });
});
