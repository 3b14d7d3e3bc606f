import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { captureLog, type CapturedLog } from '../testing/log.ts';
import { tokensOf, watchTokens } from './tokens.ts';

describe('core: the tokens of a pod', () => {
  let folder: string;
  let captured: CapturedLog;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'duckmon-tokens-'));
    captured = captureLog();
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const put = (callee: string, text: string): void => {
    writeFileSync(path.join(folder, 'next'), text);
    renameSync(path.join(folder, 'next'), path.join(folder, callee));
  };

  it('are one for each service that is called, renewed without a restart', () => {
    put('browser', 'one\n');
    put('llm', 'two');
    const tokens = watchTokens(folder, captured.log, 0);
    assert.deepEqual([tokens('browser'), tokens('llm')], ['one', 'two']);
    put('browser', 'three');
    assert.equal(tokens('browser'), 'three');
  });

  it('are none before there is a file, which is said, and the last good one after', () => {
    const tokens = watchTokens(folder, captured.log, 0);
    assert.equal(tokens('egress'), undefined);
    assert.match(captured.text(), /token for a service cannot be read; check WORKLOAD_TOKENS/);
    put('egress', 'one');
    assert.equal(tokens('egress'), 'one');
    put('egress', '\n');
    assert.equal(tokens('egress'), 'one');
  });

  it('are none at all where no folder is set', () => {
    assert.equal(tokensOf({}, captured.log), undefined);
    put('browser', 'one');
    assert.equal(tokensOf({ tokensFolder: folder }, captured.log)?.('browser'), 'one');
  });
});
