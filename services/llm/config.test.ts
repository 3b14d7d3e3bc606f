import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isConfigured, readConfig } from './config.ts';
import { readPrices } from './prices.ts';

const env = { KEYS_FILE: '/keys/llm.json' };

describe('the configuration of the llm service', () => {
  it('asks a small model of OpenAI unless told otherwise', () => {
    const config = readConfig(env);
    assert.deepEqual(
      [config.chain, config.small],
      [['gpt-5.4-mini', 'gpt-5.6-luna'], 'gpt-5.6-luna'],
    );
  });

  it('takes the last model of an own chain as the small one', () => {
    assert.equal(readConfig({ ...env, LLM_MODELS: 'big, small' }).small, 'small');
  });

  it('is not configured without key and endpoint', () => {
    assert.equal(isConfigured(readConfig(env)), false);
  });

  for (const given of [{ OPENAI_API_KEY: 'k' }, { OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' }])
    it(`is configured with ${Object.keys(given).join()} alone`, () => {
      assert.equal(isConfigured(readConfig({ ...env, ...given })), true);
    });

  it('reads the key from a mounted file, without its line break', () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'llm-')), 'key');
    writeFileSync(file, 'sk-from-file\n');
    assert.equal(readConfig({ ...env, OPENAI_API_KEY_FILE: file }).apiKey, 'sk-from-file');
  });

  it('says which file cannot be read', () => {
    assert.throws(
      () => readConfig({ ...env, OPENAI_API_KEY_FILE: '/nowhere' }),
      /OPENAI_API_KEY_FILE names a file that cannot be read/,
    );
  });

  it('names every wrong variable at once', () => {
    assert.throws(
      () => readConfig({ LLM_SLOTS: '0', OPENAI_BASE_URL: 'ftp://x' }),
      /KEYS_FILE.*OPENAI_BASE_URL.*LLM_SLOTS/,
    );
  });

  it('adds own prices to the known ones', () => {
    const { prices } = readConfig({
      ...env,
      LLM_PRICES: '{"m":{"input":"1","cached":"0.1","output":"2"}}',
    });
    assert.deepEqual([prices['m']?.output, prices['gpt-5.4']?.input], ['2', '2.50']);
  });

  for (const wrong of [
    '{',
    '[]',
    '{"m":{"input":1}}',
    '{"m":{"input":"-1","cached":"0","output":"0"}}',
  ])
    it(`refuses LLM_PRICES ${wrong}`, () => {
      assert.throws(() => readPrices(wrong), /LLM_PRICES must be a JSON object such as/);
    });
});
