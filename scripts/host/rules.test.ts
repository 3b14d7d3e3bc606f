import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { faultsOf, notesOf, type Facts, type SecretFile } from './rules.ts';

const key = (): string => randomBytes(32).toString('base64');

const sound: Facts = {
  settings: {
    PUBLIC_URL: 'https://mon.duckerhub.com',
    JWT_SECRET: key(),
    INTERNAL_API_KEY: key(),
    GOOGLE_CLIENT_ID: '123.apps.googleusercontent.com',
    GOOGLE_CLIENT_SECRET: 'GOCSPX-abc',
    SIGN_IN_ALLOW: 'corp.example',
    OPENAI_API_KEY: 'sk-abc',
    SENDGRID_API_KEY: 'SG.abc',
    NOTIFICATION_EMAIL: 'monitor@corp.example',
  },
  exposed: [],
  files: [{ name: '.env', path: '/srv/.env', state: 'private' }],
  signIn: { kind: 'configured' },
  problems: [],
  isRoot: false,
  mayBeRoot: false,
  data: { path: '/srv/data', hasDemo: false, isOpen: false },
};

const withSettings = (settings: Facts['settings']): Facts => ({
  ...sound,
  settings: { ...sound.settings, ...settings },
});
const file = (state: SecretFile['state']): Facts => ({
  ...sound,
  files: [{ name: '.env', path: '/srv/.env', state }],
});

describe('the rules of production', () => {
  it('find nothing where all is set, and have nothing to note but backups', () => {
    assert.deepEqual(faultsOf(sound), []);
    assert.deepEqual(
      notesOf(sound).map((note) => note.split(':')[0]),
      ['backups'],
    );
  });

  it('name every fault at once', () => {
    const faults = faultsOf({
      ...withSettings({ PUBLIC_URL: '', JWT_SECRET: '', INTERNAL_API_KEY: '', HOST: '0.0.0.0' }),
      signIn: { kind: 'none' },
      isRoot: true,
    });
    assert.deepEqual(
      faults.map((fault) => fault.split(' ')[0]),
      ['PUBLIC_URL', 'Sign-in', 'JWT_SECRET', 'INTERNAL_API_KEY', 'HOST', 'It'],
    );
  });

  for (const [why, facts, words] of [
    ['a plain http address', withSettings({ PUBLIC_URL: 'http://a.b' }), /PUBLIC_URL .*https/],
    [
      'an address with a path',
      withSettings({ PUBLIC_URL: 'https://a.b/mon' }),
      /PUBLIC_URL .*alone/,
    ],
    ['no address', withSettings({ PUBLIC_URL: 'mon' }), /PUBLIC_URL must begin with https/],
    [
      'the name of an example',
      withSettings({ PUBLIC_URL: 'https://mon.example.org' }),
      /PUBLIC_URL names an example/,
    ],
    [
      'a provider that is set by half',
      { ...sound, signIn: { kind: 'wrong', problem: 'X is wrong.' } },
      /X is wrong/,
    ],
    [
      'the key of the guide',
      withSettings({ JWT_SECRET: 'your_secure_jwt_secret_32_chars' }),
      /JWT_SECRET is an example value; run/,
    ],
    [
      'the other key of the guide',
      withSettings({ INTERNAL_API_KEY: 'your_internal_api_key_32_chars' }),
      /INTERNAL_API_KEY is an example value; run/,
    ],
    [
      'a key of 128 bits',
      withSettings({ INTERNAL_API_KEY: '0f1e2d3c4b5a69788796a5b4c3d2e1f0' }),
      /INTERNAL_API_KEY has less than 256 bits; run/,
    ],
    [
      'one key for both',
      withSettings({ INTERNAL_API_KEY: sound.settings['JWT_SECRET'] }),
      /JWT_SECRET and INTERNAL_API_KEY are the same; run/,
    ],
    [
      'the client of the guide',
      withSettings({ GOOGLE_CLIENT_ID: 'your_google_client_id' }),
      /GOOGLE_CLIENT_ID is an example/,
    ],
    [
      'the model key of the guide',
      withSettings({ OPENAI_API_KEY: 'your_openai_api_key' }),
      /OPENAI_API_KEY is an example/,
    ],
    [
      'the mail key of the guide',
      withSettings({ SENDGRID_API_KEY: 'your_sendgrid_api_key' }),
      /SENDGRID_API_KEY is no SendGrid key/,
    ],
    [
      'mail without a sender',
      withSettings({ NOTIFICATION_EMAIL: '' }),
      /NOTIFICATION_EMAIL is missing/,
    ],
    [
      'B14 a secret in the environment',
      { ...sound, exposed: ['SMTP_PASSWORD'] },
      /SMTP_PASSWORD stands in the environment .*\.env.*SMTP_PASSWORD_FILE/,
    ],
    ['B13 a .env that others may read', file('open'), /\.env may be read .*chmod 600 \/srv\/\.env/],
    ['a .env of another user', file('unreadable'), /\.env cannot be read .*chown/],
    ['a file that is not there', file('absent'), /which is not there/],
    ['B11 an outside address', withSettings({ HOST: '10.0.0.1' }), /HOST opens/],
    ['proxies elsewhere', withSettings({ TRUSTED_PROXIES: '10.0.0.0/8' }), /TRUSTED_PROXIES out/],
    ['sign-in links', withSettings({ LOCAL_SIGN_IN: 'true' }), /LOCAL_SIGN_IN out/],
    ['root', { ...sound, isRoot: true }, /as root.*--allow-root/],
    [
      'the data of a demo',
      { ...sound, data: { ...sound.data, hasDemo: true } },
      /\/srv\/data has the demo.*--data/,
    ],
    [
      'data that others may read',
      { ...sound, data: { ...sound.data, isOpen: true } },
      /chmod 700 \/srv\/data/,
    ],
    [
      'a database over the network without TLS',
      withSettings({ DATABASE_URL: 'postgresql://o:p@db.corp.example/d' }),
      /DATABASE_URL .*sslmode=verify-full/,
    ],
    ['no address of a database', withSettings({ DATABASE_URL: 'db' }), /DATABASE_URL must be/],
    [
      'what a service says of its variables',
      { ...sound, problems: ['LLM_SLOTS must be'] },
      /LLM_SLOTS/,
    ],
  ] as readonly (readonly [string, Facts, RegExp])[])
    it(`refuse ${why}, and say what to do`, () => {
      const faults = faultsOf(facts);
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.match(faults[0] ?? '', words);
    });

  it('B5 never say a value', () => {
    const secrets = {
      JWT_SECRET: 'hunter2hunter2',
      INTERNAL_API_KEY: 'hunter2',
      DATABASE_URL: 'h',
    };
    assert.doesNotMatch(faultsOf(withSettings(secrets)).join('\n'), /hunter2/);
  });

  it('let root in where a person says so, with a note', () => {
    const facts = { ...sound, isRoot: true, mayBeRoot: true };
    assert.deepEqual(faultsOf(facts), []);
    assert.match(notesOf(facts).join('\n'), /as root/);
  });

  it('take a database of this machine, or one that is reached by TLS', () => {
    for (const url of [
      'postgresql://o:p@127.0.0.1:5432/d',
      'postgresql://o:p@[::1]/d',
      'postgres://o:p@db.corp.example/d?sslmode=verify-full',
    ])
      assert.deepEqual(faultsOf(withSettings({ DATABASE_URL: url })), [], url);
  });

  it('note what opens more than is usual', () => {
    const notes = notesOf(
      withSettings({
        SIGN_IN_ALLOW: '*',
        DUCKMON_EGRESS_ALLOW: '10.0.0.5:80',
        DUCKMON_EGRESS_ALLOW_FILE: '/etc/duckmon/allow',
      }),
    );
    assert.match(notes.join('\n'), /lets in everybody/);
    assert.match(notes.join('\n'), /10\.0\.0\.5:80/);
    assert.match(notes.join('\n'), /\/etc\/duckmon\/allow opens private addresses/);
  });
});
