/** A mail server for tests: takes mail over real SMTP with TLS, fails by script. */
import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { TestCertificate } from '../certificate.ts';

export interface SmtpMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body as they came. */
  readonly raw: string;
  readonly user: string | undefined;
  readonly secure: boolean;
  /** The name by which the sender introduced itself. */
  readonly greeting: string;
}

export type SmtpAnswer =
  /** Refuses a recipient, or the whole mail after its data. */
  | { readonly at: 'recipient' | 'data'; readonly code: number; readonly text: string }
  /** Takes the data and says so, resets the connection without an answer, or never answers. */
  | { readonly at: 'data'; readonly then: 'take' | 'reset' | 'hang' }
  /** Resets the connection when the sender is named. */
  | { readonly at: 'sender'; readonly then: 'reset' };

export interface FakeSmtp {
  readonly host: string;
  readonly port: number;
  /** Mails whose data came whole, oldest first. */
  readonly mails: readonly SmtpMail[];
  script(...answers: SmtpAnswer[]): void;
  reset(): void;
  stop(): Promise<void>;
}

export interface SmtpOptions {
  readonly certificate: TestCertificate;
  /** TLS from the first byte instead of STARTTLS. */
  readonly implicit?: boolean;
  /** Offers no STARTTLS. */
  readonly withoutTls?: boolean;
  readonly account?: { readonly user: string; readonly password: string };
}

/** Starts the server on loopback. */
export async function startSmtp(options: SmtpOptions): Promise<FakeSmtp> {
  let mails: SmtpMail[] = [];
  let queue: SmtpAnswer[] = [];
  const take = (at: SmtpAnswer['at']): SmtpAnswer | undefined =>
    queue[0]?.at === at ? queue.shift() : undefined;
  const server = new SMTPServer({
    key: options.certificate.key,
    cert: options.certificate.cert,
    secure: options.implicit ?? false,
    logger: false,
    authOptional: options.account === undefined,
    closeTimeout: 10,
    disabledCommands: [
      ...(options.withoutTls === true ? ['STARTTLS' as const] : []),
      ...(options.account ? [] : ['AUTH' as const]),
    ],
    onAuth: (auth, _session, callback) => {
      const isRight =
        auth.username === options.account?.user && auth.password === options.account?.password;
      if (isRight) callback(null, { user: auth.username });
      else callback(replyError(535, 'Authentication failed'));
    },
    onMailFrom: (_address, session, callback) => {
      if (take('sender')) socketOf(server, session)?.destroy();
      else callback();
    },
    onRcptTo: (_address, _session, callback) => {
      const answer = take('recipient');
      if (answer && 'code' in answer) callback(replyError(answer.code, answer.text));
      else callback();
    },
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.once('end', () => {
        const answer = take('data');
        if (answer && 'code' in answer) return callback(replyError(answer.code, answer.text));
        mails.push(record(session, Buffer.concat(chunks).toString('utf8')));
        if (!answer || answer.then === 'take') return callback();
        if (answer.then === 'reset') socketOf(server, session)?.destroy();
        return undefined;
      });
    },
  });
  server.on('error', () => {
    // a client that resets its connection is part of the tests
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  return {
    host: 'localhost',
    port: (server.server.address() as AddressInfo).port,
    get mails() {
      return mails;
    },
    script: (...answers) => {
      queue.push(...answers);
    },
    reset: () => {
      mails = [];
      queue = [];
    },
    stop: async () => {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}

const record = (session: SMTPServerSession, raw: string): SmtpMail => ({
  from: session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address,
  to: session.envelope.rcptTo.map(({ address }) => address),
  raw,
  user: session.user as string | undefined,
  secure: session.secure,
  greeting: session.hostNameAppearsAs,
});

const replyError = (responseCode: number, text: string): Error =>
  Object.assign(new Error(text), { responseCode });

/** The library keeps its connections in a set; each knows the id of its session. */
function socketOf(server: SMTPServer, { id }: SMTPServerSession): Socket | undefined {
  const connections = (server as unknown as { connections: Set<{ id: string; _socket: Socket }> })
    .connections;
  return [...connections].find((connection) => connection.id === id)?._socket;
}
