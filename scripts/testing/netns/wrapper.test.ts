import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { openSync, closeSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { wrapperOf, type Mutation } from './wrapper.ts';

describe('network of a test: a browser without one of its fences', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'duckmon-wrapper-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** What the program behind the wrapper gets: its words, and what it reads from descriptor 3. */
  function seen(mutation: Mutation, words: readonly string[], messages = ''): string[] {
    const program = path.join(folder, "it's");
    const printer = '#!/bin/sh\nprintf "%s\\n" "$@"\ncat <&3 | tr "\\0" "\\n"\n';
    writeFileSync(program, printer, { mode: 0o755 });
    writeFileSync(path.join(folder, 'wrapper'), wrapperOf(program, mutation), { mode: 0o755 });
    writeFileSync(path.join(folder, 'messages'), messages);
    const input = openSync(path.join(folder, 'messages'), 'r');
    const { stdout } = spawnSync(path.join(folder, 'wrapper'), [...words], {
      stdio: ['ignore', 'pipe', 'inherit', input],
      encoding: 'utf8',
    });
    closeSync(input);
    return stdout.split('\n').filter(Boolean);
  }

  it('gets every word as it is when nothing is changed', () => {
    assert.deepEqual(seen({}, ['--a=b c', '--d="e"', '*'], 'x\0'), [
      '--a=b c',
      '--d="e"',
      '*',
      'x',
    ]);
  });

  it('gets no flag that is taken away, and those that are added', () => {
    const mutation = { without: ['--a=', '--b'], add: ["--it's=1;2"] };
    assert.deepEqual(seen(mutation, ['--a=1', '--aa=1', '--b']), ["--it's=1;2", '--aa=1']);
  });

  it('gets messages in which a part is replaced, each apart from the next', () => {
    const rewrite = [
      ['"p":"[^"]*",', ''],
      ['<-x>', '1;2'],
    ] as const;
    assert.deepEqual(seen({ rewrite }, [], '{"p":"q","r":1}\0{"s":"<-x>"}\0'), [
      '{"r":1}',
      '{"s":"1;2"}',
    ]);
  });
});
