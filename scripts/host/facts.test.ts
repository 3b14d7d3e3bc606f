import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { factsOf, type Look } from './facts.ts';

describe('what is looked at before production', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-host-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, mode: number, text = 'x'): string => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  };
  const look = (env: Look['env'], more: Partial<Look> = {}): Look => ({
    env,
    before: new Set(),
    envFile: path.join(folder, '.env'),
    data: path.join(folder, 'data'),
    mayBeRoot: false,
    uid: 1000,
    ...more,
  });
  const provider = {
    GOOGLE_CLIENT_ID: 'a',
    GOOGLE_CLIENT_SECRET: 'b',
    SIGN_IN_ALLOW: 'corp.example',
  };

  it('B13 tells a .env for its owner alone from one that others may read', () => {
    write('.env', 0o600);
    assert.deepEqual(
      factsOf(look({})).files.map(({ state }) => state),
      ['private'],
    );
    for (const mode of [0o640, 0o604, 0o660]) {
      write('.env', mode);
      assert.deepEqual(
        factsOf(look({})).files.map(({ state }) => state),
        ['open'],
        mode.toString(8),
      );
    }
  });

  it('does without .env where everything stands in files of its own', () => {
    const file = write('key', 0o600, 'the key\n');
    const { files, settings } = factsOf(look({ JWT_SECRET_FILE: file }));
    assert.deepEqual(files, [{ name: 'JWT_SECRET_FILE', path: file, state: 'private' }]);
    assert.equal(settings['JWT_SECRET'], 'the key');
  });

  it('says of a named file that it is not there', () => {
    const { files } = factsOf(look({ JWT_SECRET_FILE: path.join(folder, 'gone') }));
    assert.deepEqual(
      files.map(({ state }) => state),
      ['absent'],
    );
  });

  it('B14 knows which secrets came with the process and which from .env', () => {
    const env = { JWT_SECRET: 'a', SMTP_PASSWORD: 'b', PUBLIC_URL: 'c' };
    const { exposed } = factsOf(look(env, { before: new Set(['SMTP_PASSWORD', 'PUBLIC_URL']) }));
    assert.deepEqual(exposed, ['SMTP_PASSWORD']);
  });

  it('asks the services about their own variables, without the prefix of their sentence', () => {
    const { problems } = factsOf(look({ LLM_SLOTS: 'many', BROWSER_SLOTS: '0' }));
    assert.deepEqual(
      problems.map((problem) => problem.split(' ')[0]),
      ['BROWSER_SLOTS', 'LLM_SLOTS'],
    );
  });

  it('names wrong ports together', () => {
    assert.match(
      factsOf(look({ API_PORT: 'x', LLM_PORT: 'y' })).problems.join(),
      /^API_PORT: .*; LLM_PORT: /,
    );
  });

  it('tells no sign-in from one that is set by half, and from a whole one', () => {
    assert.deepEqual(factsOf(look({})).signIn, { kind: 'none' });
    const half = factsOf(look({ ...provider, SIGN_IN_ALLOW: '' })).signIn;
    assert.equal(half.kind, 'wrong');
    assert.match(half.problem, /^SIGN_IN_ALLOW is required/);
    assert.deepEqual(factsOf(look(provider)).signIn, { kind: 'configured' });
  });

  it('refuses an issuer that is asked without TLS', () => {
    const { signIn } = factsOf(look({ ...provider, OIDC_ISSUER: 'http://id.corp.example' }));
    assert.equal(signIn.kind, 'wrong');
    assert.match(signIn.problem, /OIDC_ISSUER must be an https URL/);
  });

  it('sees the demo, and a folder that others may read', () => {
    const data = path.join(folder, 'data');
    mkdirSync(data, { mode: 0o700 });
    assert.deepEqual(factsOf(look({})).data, { path: data, hasDemo: false, isOpen: false });
    writeFileSync(path.join(data, 'demo'), '');
    chmodSync(data, 0o750);
    assert.deepEqual(factsOf(look({})).data, { path: data, hasDemo: true, isOpen: true });
  });

  it("lets root's folder be passed through: its Postgres runs as another user", () => {
    mkdirSync(path.join(folder, 'data'), { mode: 0o755 });
    assert.equal(factsOf(look({}, { uid: 0 })).data.isOpen, false);
  });
});
