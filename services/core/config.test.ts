import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import {
  flag,
  httpUrl,
  list,
  loadConfig,
  port,
  readSecretFile,
  wholeNumber,
  type Environment,
} from './config.ts';
import { SetupError } from './errors.ts';

const schema = z.object({
  PORT: port(8000),
  DEBUG: flag(false),
  URL: httpUrl().optional(),
  NAMES: list(),
  FILE: z.string(),
  COUNT: wholeNumber(5, 1, 10),
});
const load = (env: Environment) => loadConfig(schema, { FILE: 'f', ...env });
const messageFor = (env: Environment): string => {
  try {
    loadConfig(schema, env);
  } catch (error) {
    assert.ok(error instanceof SetupError);
    return error.message;
  }
  return assert.fail('accepted');
};

describe('core: configuration', () => {
  it('fills in what is not set', () => {
    assert.deepEqual(load({}), {
      PORT: 8000,
      DEBUG: false,
      URL: undefined,
      NAMES: [],
      FILE: 'f',
      COUNT: 5,
    });
  });

  it('takes an empty value for unset', () => {
    assert.equal(load({ PORT: '', URL: '' }).PORT, 8000);
    assert.match(messageFor({ FILE: '' }), /FILE is required/);
  });

  it('reads each kind of value', () => {
    const read = load({
      PORT: '0',
      DEBUG: 'yes',
      URL: 'http://a.test/v1/',
      NAMES: 'a, b  c,',
      COUNT: '10',
    });
    assert.deepEqual(read, {
      PORT: 0,
      DEBUG: true,
      URL: 'http://a.test/v1',
      NAMES: ['a', 'b', 'c'],
      FILE: 'f',
      COUNT: 10,
    });
  });

  it('ignores variables that the schema does not name', () => {
    assert.equal('HOME' in load({ HOME: '/root' }), false);
  });

  it('names all wrong variables in one message', () => {
    const message = messageFor({ PORT: '70000', DEBUG: 'maybe', URL: 'ftp://x', COUNT: '0' });
    for (const name of ['PORT', 'DEBUG', 'URL', 'FILE', 'COUNT'])
      assert.match(message, new RegExp(`\\b${name} `));
  });

  it('says what each value must be', () => {
    const message = messageFor({ FILE: 'f', PORT: 'http', URL: 'x', DEBUG: '2' });
    assert.match(message, /PORT must be a whole number from 0 to 65535/);
    assert.match(message, /URL must be an http or https URL/);
    assert.match(message, /DEBUG must be true or false/);
  });

  it('B5 shows no value, which may be a secret in the wrong place', () => {
    assert.doesNotMatch(
      messageFor({ PORT: 'hunter2', URL: 'hunter2', DEBUG: 'hunter2' }),
      /hunter2/,
    );
  });

  for (const text of ['-1', '1.5', '0x10', '1e3', ' 80', '٣', '99999999999999999999'])
    it(`takes ${JSON.stringify(text)} for no port`, () => {
      assert.match(messageFor({ FILE: 'f', PORT: text }), /PORT/);
    });
});

describe('a secret in a mounted file', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-secret-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string): string => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };

  it('is read without the white space around it', () => {
    assert.equal(readSecretFile('KEY_FILE', file('key', ' secret\n')), 'secret');
  });

  it('is nothing when no file is named, or the file is empty', () => {
    assert.equal(readSecretFile('KEY_FILE', undefined), undefined);
    assert.equal(readSecretFile('KEY_FILE', file('empty', '\n')), undefined);
  });

  it('names its variable when the file cannot be read', () => {
    assert.throws(
      () => readSecretFile('KEY_FILE', path.join(folder, 'none')),
      /KEY_FILE names a file that cannot be read/,
    );
  });
});
