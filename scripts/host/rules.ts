/** What must hold before duckmon serves people on the Internet from one host. Pure. */
import type { Environment } from '../../services/core/config.ts';
import {
  examineKeys,
  examineMail,
  examineModel,
  type Examination,
} from '../../services/cli/commands/settings.ts';
import { LEAST_KEY_BITS, bitsOf } from './strength.ts';

/** A file that holds secrets. */
export interface SecretFile {
  /** As a person knows it, such as `.env` or `JWT_SECRET_FILE`. */
  readonly name: string;
  readonly path: string;
  readonly state: 'private' | 'open' | 'absent' | 'unreadable';
}

export type SignInState =
  | { readonly kind: 'configured' }
  | { readonly kind: 'none' }
  | { readonly kind: 'wrong'; readonly problem: string };

/** All that the rules look at. */
export interface Facts {
  /** The variables of `.env` below those of the process; secrets of files stand in place of the files. */
  readonly settings: Environment;
  /** Secrets that stand in the environment of the process itself. */
  readonly exposed: readonly string[];
  readonly files: readonly SecretFile[];
  readonly signIn: SignInState;
  /** What the services say of their own variables. */
  readonly problems: readonly string[];
  readonly isRoot: boolean;
  /** The person said so. */
  readonly mayBeRoot: boolean;
  readonly data: DataFacts;
}

export interface DataFacts {
  readonly path: string;
  /** The demo was made in it. */
  readonly hasDemo: boolean;
  /** Other users of the machine may look into it. */
  readonly isOpen: boolean;
}

/** A sentence for each fault, each with what to do. */
type Rule = (facts: Facts) => readonly string[];

const KEYS = ['JWT_SECRET', 'INTERNAL_API_KEY'] as const;

const publicNameIsThere: Rule = ({ settings }) => {
  const text = settings['PUBLIC_URL'];
  if (!text)
    return [
      'PUBLIC_URL is not set: write HOSTNAME=<your name on the Internet> or PUBLIC_URL=https://<that name> into .env.',
    ];
  const url = URL.parse(text);
  if (url?.protocol !== 'https:')
    return ['PUBLIC_URL must begin with https://: people sign in there, and cookies need TLS.'];
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '')
    return ['PUBLIC_URL must be https:// and a name alone: the dashboard is at its root.'];
  return /(^|\.)example(\.(com|net|org))?$/.test(url.hostname)
    ? ['PUBLIC_URL names an example: write the name that leads to this host.']
    : [];
};

const signInIsConfigured: Rule = ({ signIn }) => {
  switch (signIn.kind) {
    case 'configured':
      return [];
    case 'none':
      return [
        'Sign-in is not configured: set GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET (for another provider OIDC_ISSUER as well), and SIGN_IN_ALLOW for who may come in.',
      ];
    case 'wrong':
      return [signIn.problem];
    default:
      return signIn satisfies never;
  }
};

const keysAreStrong: Rule = ({ settings }) => {
  const missing = KEYS.filter((name) => !settings[name]).map(
    (name) => `${name} is not set: run npm run generate-keys, which writes it into .env.`,
  );
  const wrong = badOf(examineKeys(settings));
  const weak = KEYS.filter((name) => {
    const value = settings[name];
    return value && !wrong.some((text) => text.startsWith(`${name} `)) && isWeak(value);
  }).map((name) => `${name} has less than ${LEAST_KEY_BITS} bits; run npm run generate-keys.`);
  return [...missing, ...wrong, ...weak];
};

const isWeak = (key: string): boolean => bitsOf(key) < LEAST_KEY_BITS;

const nothingIsAPlaceholder: Rule = ({ settings }) =>
  ['GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET', 'SMTP_PASSWORD', 'SIGN_IN_ALLOW']
    .filter((name) => /your[_-]|change[_-]?me|placeholder/i.test(settings[name] ?? ''))
    .map((name) => `${name} is an example value: write your own.`);

const secretsAreInFiles: Rule = ({ exposed }) =>
  exposed.map(
    (name) =>
      `${name} stands in the environment of the process, where other programs of this user can read it: write it into .env instead, or name a file by ${name}_FILE.`,
  );

const filesArePrivate: Rule = ({ files }) =>
  files.flatMap(({ name, path, state }) => {
    switch (state) {
      case 'private':
        return [];
      case 'open':
        return [`${name} may be read by others: chmod 600 ${path}`];
      case 'absent':
        return [`${name} names ${path}, which is not there.`];
      case 'unreadable':
        return [`${name} cannot be read by this user: chown it (${path}).`];
      default:
        return state satisfies never;
    }
  });

const modelAndMailAreWhole: Rule = ({ settings }) =>
  badOf([examineModel(settings), examineMail(settings)]);

const onlyLoopbackListens: Rule = ({ settings }) =>
  isLoopbackOrUnset(settings['HOST'])
    ? []
    : ['HOST opens the services to other machines: leave it out; nginx alone listens outside.'];

const isLoopbackOrUnset = (host: string | undefined): boolean =>
  !host || host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

/** What production decides by itself, and why. */
const DECIDED: readonly (readonly [name: string, why: string])[] = [
  ['TRUSTED_PROXIES', 'only the proxy of this host is believed'],
  ['ALLOWED_ORIGINS', 'pages are served under PUBLIC_URL alone'],
  ['LOCAL_SIGN_IN', 'sign-in links are for a laptop'],
  ['DUCKMON_FAILPOINT', 'it is for tests'],
];

const nothingIsDecidedTwice: Rule = ({ settings }) =>
  DECIDED.filter(([name]) => settings[name]).map(([name, why]) => `Leave ${name} out: ${why}.`);

const isNotRoot: Rule = ({ isRoot, mayBeRoot }) =>
  isRoot && !mayBeRoot
    ? [
        'It would run as root, and only Postgres and Chromium would drop to an ordinary user: start it as a user of its own (scripts/host/duckmon.service does), or say --allow-root where there is none.',
      ]
    : [];

const dataIsClean: Rule = ({ data: { path, hasDemo, isOpen } }) => [
  ...(hasDemo
    ? [`${path} has the demo in it: choose another folder by --data, which nobody has tried on.`]
    : []),
  ...(isOpen ? [`${path} may be read by others: chmod 700 ${path}`] : []),
];

const databaseIsPrivate: Rule = ({ settings }) => {
  const text = settings['DATABASE_URL'];
  if (!text) return [];
  const url = URL.parse(text);
  if (!url || !/^postgres(ql)?:$/.test(url.protocol))
    return ['DATABASE_URL must be an address such as postgresql://owner:password@host/duckmon.'];
  const isHere = isLoopbackOrUnset(url.hostname.replaceAll(/[[\]]/g, ''));
  const isEncrypted = /^(require|verify-ca|verify-full)$/.test(
    url.searchParams.get('sslmode') ?? '',
  );
  return isHere || isEncrypted
    ? []
    : ['DATABASE_URL goes over the network without TLS: add ?sslmode=verify-full.'];
};

const servicesAgree: Rule = ({ problems }) => problems;

const rules: readonly Rule[] = [
  publicNameIsThere, //     people come by https
  signInIsConfigured, //    and prove who they are
  keysAreStrong, //         two keys of 256 bits, no example, not the same
  nothingIsAPlaceholder,
  secretsAreInFiles, //     not in the environment
  filesArePrivate, //       .env and the files that it names
  modelAndMailAreWhole,
  onlyLoopbackListens,
  nothingIsDecidedTwice,
  isNotRoot,
  dataIsClean, //           no demo, nothing for others to read
  databaseIsPrivate,
  servicesAgree,
];

/** Every fault, in the order of the rules; none when duckmon may start. */
export const faultsOf = (facts: Facts): string[] => [
  ...new Set(rules.flatMap((rule) => rule(facts))),
];

/** What is allowed, and that one should know. */
export function notesOf({ settings, isRoot }: Facts): string[] {
  const notes = [examineModel(settings), examineMail(settings)]
    .filter(({ result }) => result === 'note')
    .map(({ topic, text }) => `${topic}: ${text}`);
  const allow = settings['DUCKMON_EGRESS_ALLOW'];
  const allowFile = settings['DUCKMON_EGRESS_ALLOW_FILE'];
  return [
    ...notes,
    ...((settings['SIGN_IN_ALLOW'] ?? '').split(/[\s,]+/).includes('*')
      ? ['sign-in: SIGN_IN_ALLOW lets in everybody whom the provider knows']
      : []),
    ...(allow ? [`pages: DUCKMON_EGRESS_ALLOW opens private addresses: ${allow}`] : []),
    ...(allowFile ? [`pages: the file ${allowFile} opens private addresses`] : []),
    ...(settings['DATABASE_URL']
      ? []
      : [
          'backups: none are made by themselves; scripts/host/duckmon-backup.timer makes one a day',
        ]),
    ...(isRoot ? ['user: as root only Postgres and Chromium run as an ordinary user'] : []),
  ];
}

const badOf = (examinations: readonly Examination[]): string[] =>
  examinations
    .filter(({ result }) => result === 'bad')
    .map(({ topic, text }) =>
      /^[A-Z]/.test(text) ? `${text}.` : `${topic === 'keys' ? '' : topic} ${text}.`,
    );
