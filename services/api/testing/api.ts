/** An api on a real database and a real socket, with a scripted scheduler, for tests. */
import { systemClock } from '../../core/clock.ts';
import type { InternalClient } from '../../core/internal/client.ts';
import { newId } from '../../core/ids.ts';
import type { Transport } from '../../core/kube/transport.ts';
import type { Running } from '../../core/lifecycle.ts';
import { createLog } from '../../core/log.ts';
import {
  ensureWorkspace,
  setMembership,
  signInUser,
  type MemberRole,
} from '../../store/identity.ts';
import { testDatabase, type TestDatabase } from '../../store/testing/postgres.ts';
import {
  createApiToken,
  createOneTimeToken,
  type TokenPurpose,
  type TokenScope,
} from '../../store/tokens.ts';
import { withTransaction, withWorkspace } from '../../store/workspace.ts';
import { readConfig } from '../config.ts';
import { hashSecret } from '../cookie.ts';
import type { ProviderFetch } from '../identity/open.ts';
import { startApi } from '../start.ts';
import type { AnswerBody } from './answer.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: AnswerBody;
  readonly text: string;
}

export interface CallOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** What a test may choose. */
export interface Given {
  /** Of most tokens; `team-a` when absent. */
  readonly workspace?: string;
  /** A cluster, with OBJECTS=cluster. */
  readonly kube?: Transport;
  /** Time for durations; the system's when absent. */
  readonly monotonic?: () => number;
  /** Asks the sign-in provider, instead of the egress proxy. */
  readonly providerFetch?: ProviderFetch;
}

export interface TestApi {
  readonly url: string;
  readonly db: TestDatabase;
  /** Tokens of the workspace, by scope, and of an owner of `team-b`. */
  readonly tokens: Readonly<Record<TokenScope | 'other', string>>;
  /** What the api sent to the scheduler: method, path, body. */
  readonly sent: [string, string, unknown][];
  /** Answers of the scripted scheduler by path; a function may throw. */
  readonly answers: Map<string, (body: unknown) => unknown>;
  readonly lines: string[];
  /** The time that the api sees; change it to let time pass. */
  readonly time: { now: Date };
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** A one-time token, as the dashboard's link or a message carries it. */
  oneTimeToken(purpose: TokenPurpose, subject: string | null): Promise<string>;
  /**
   * Another process of the same api would be this: the same database, nothing else in common.
   * @param env changes its configuration.
   * @param deps what it works with instead.
   */
  replica(
    env?: Record<string, string>,
    deps?: Partial<Parameters<typeof startApi>[1]>,
  ): Promise<Running>;
  stop(): Promise<void>;
}

export const WORKSPACE = 'team-a';
const secretOf = (name: string): string => `${name}-token-of-the-test-0123456789`;

function scriptedScheduler(sent: TestApi['sent'], answers: TestApi['answers']): InternalClient {
  const answer = async (method: string, path: string, body: unknown): Promise<never> => {
    sent.push([method, path, body]);
    return (answers.get(path)?.(body) ?? {}) as never;
  };
  return {
    post: (path, body) => answer('POST', path, body),
    put: (path, body) => answer('PUT', path, body),
    get: (path) => answer('GET', path, undefined),
    close: async () => {},
  };
}

async function person(
  db: TestDatabase,
  workspace: string,
  role: MemberRole,
  tokens: [string, TokenScope][],
  now: Date,
) {
  const pool = db.pool('duckmon_owner');
  const user = await withTransaction(pool, async (tx) => {
    await ensureWorkspace(tx, {
      id: workspace,
      displayName: workspace,
      kind: 'team',
      createdAt: now,
    });
    const identity = {
      issuer: 'test',
      subject: `owner of ${workspace}`,
      email: null,
      displayName: workspace,
    };
    return signInUser(tx, identity, { now, newId });
  });
  await withWorkspace(pool, workspace, async (tx) => {
    await setMembership(tx, workspace, user.id, role, now);
    for (const [name, scope] of tokens)
      await createApiToken(tx, workspace, {
        id: newId(),
        userId: user.id,
        name,
        scope,
        tokenHash: hashSecret(secretOf(name)),
        createdAt: now,
        expiresAt: null,
      });
  });
  return user;
}

/** Starts it; give `env` to change its configuration. */
export async function startTestApi(
  env: Record<string, string> = {},
  { workspace = WORKSPACE, monotonic = () => systemClock.monotonic(), ...given }: Given = {},
): Promise<TestApi> {
  const db = await testDatabase({ days: ['2026-03-01', '2026-02-28'] });
  const time = { now: new Date('2026-03-01T12:00:00Z') };
  const scopes = (['read', 'write', 'admin'] as const).map((scope): [string, TokenScope] => [
    scope,
    scope,
  ]);
  const owner = await person(db, workspace, 'owner', scopes, time.now);
  await person(db, 'team-b', 'owner', [['other', 'admin']], time.now);
  const sent: TestApi['sent'] = [];
  const answers: TestApi['answers'] = new Map();
  const lines: string[] = [];
  const variables = {
    API_PORT: '0',
    KEYS_FILE: '/unused',
    DATABASE_URL: db.url('mon_api'),
    PUBLIC_URL: 'http://127.0.0.1:3000',
    LOCAL_SIGN_IN: 'true',
    RATE_LIMIT: '100000',
    SIGN_IN_RATE_LIMIT: '100000',
    COSTLY_RATE_LIMIT: '100000',
    ...env,
  };
  const start: TestApi['replica'] = (changed = {}, deps = {}) =>
    startApi(readConfig({ ...variables, ...changed }), {
      log: createLog('api', 'info', { write: (line) => void lines.push(line) }),
      scheduler: scriptedScheduler(sent, answers),
      ...given,
      clock: { ...systemClock, monotonic, now: () => time.now },
      ...deps,
    });
  const running = await start();
  const tokens = {
    read: secretOf('read'),
    write: secretOf('write'),
    admin: secretOf('admin'),
    other: secretOf('other'),
  };
  return {
    url: running.url,
    db,
    tokens,
    sent,
    answers,
    lines,
    time,
    call: (method, path, options) => call(running.url, method, path, options),
    oneTimeToken: async (purpose, subject) => {
      const secret = `one-time-${newId()}`;
      await withWorkspace(db.pool('duckmon_owner'), workspace, (tx) =>
        createOneTimeToken(
          tx,
          hashSecret(secret),
          { purpose, workspace, userId: owner.id, subject },
          { createdAt: time.now, expiresAt: new Date(time.now.getTime() + 3_600_000) },
        ),
      );
      return secret;
    },
    replica: start,
    stop: async () => {
      await running.stop();
      await db.close();
    },
  };
}

async function call(
  url: string,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  const { token, body, headers = {} } = options;
  const response = await fetch(`${url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: (isJson ? JSON.parse(text) : undefined) as AnswerBody,
  };
}

/** A small valid MonitorJob. */
export const job = (name: string, spec: Record<string, unknown> = {}): Record<string, unknown> => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'MonitorJob',
  metadata: { name },
  spec: {
    sources: [{ name: 'page', url: 'https://example.org/' }],
    schedule: { interval: '15m' },
    goal: { prompt: 'Tell me when the price changes.' },
    ...spec,
  },
});

/** A webhook channel that signs with a key of a Secret. */
export const webhook = (name: string): Record<string, unknown> => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'NotificationChannel',
  metadata: { name },
  spec: {
    type: 'Webhook',
    webhook: {
      url: 'https://hooks.example.org/x',
      signing: { secretRef: { name: 'hook', key: 'key' } },
    },
  },
});

export const secret = (name: string, value = 'a-secret-value'): Record<string, unknown> => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  stringData: { key: value },
});
