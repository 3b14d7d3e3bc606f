import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SetupError } from '../core/errors.ts';
import { shownEntry } from './allow.ts';
import { watchAllowFile } from './allowFile.ts';

describe('egress: the file of opened targets', () => {
  let folder: string;
  let file: string;
  let problems: unknown[];
  const write = (text: string): void => writeFileSync(file, text);
  const watch = (): (() => string[]) => {
    const entries = watchAllowFile(file, (error) => problems.push(error), 0);
    return () => entries().map(shownEntry);
  };
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'duckmon-allow-'));
    file = path.join(folder, 'allow');
    problems = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('reads an entry a line, and no remarks', () => {
    write('# intranet\n\n  team-a=10.1.2.3:443 # wiki\n[fd00::/8]:80\r\n');
    assert.deepEqual(watch()(), ['team-a=10.1.2.3:443', '[fd00::/8]:80']);
  });

  it('takes what is added, and gives up what is removed, without a restart', () => {
    write('a=10.0.0.1:80\n');
    const entries = watch();
    write('a=10.0.0.1:80\nb=10.0.0.2:80\n');
    assert.deepEqual(entries(), ['a=10.0.0.1:80', 'b=10.0.0.2:80']);
    write('');
    assert.deepEqual(entries(), []);
  });

  it('opens nothing while there is no file, also when it was there before', () => {
    const entries = watch();
    assert.deepEqual(entries(), []);
    write('a=10.0.0.1:80\n');
    assert.deepEqual(entries(), ['a=10.0.0.1:80']);
    rmSync(file);
    assert.deepEqual(entries(), []);
    assert.deepEqual(problems, []);
  });

  it('opens nothing again when the file was taken away and comes back wrong', () => {
    write('a=10.0.0.1:80\n');
    const entries = watch();
    rmSync(file);
    assert.deepEqual(entries(), []);
    write('intranet:80\n');
    assert.deepEqual(entries(), []);
    assert.equal(problems.length, 1);
  });

  it('keeps the last good entries when a later one is wrong, and reports it once', () => {
    write('a=10.0.0.1:80\n');
    const entries = watch();
    write('a=10.0.0.1:80\nintranet:80\n');
    assert.deepEqual([entries(), entries()], [['a=10.0.0.1:80'], ['a=10.0.0.1:80']]);
    assert.equal(problems.length, 1);
    assert.match(String(problems[0]), /"intranet:80"/);
  });

  it('does not start with a wrong file, and says which entry it is', () => {
    write('wiki=10.0.0.1\n');
    assert.throws(
      () => watch(),
      (error) =>
        error instanceof SetupError &&
        error.message.startsWith(`${file}: "wiki=10.0.0.1"`) &&
        error.message.includes('team-a=10.1.2.3:443'),
    );
  });
});
