/** Mail by SMTP, over a socket that the egress opened. */
import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { DeliverResult } from '../../core/contracts/notification.ts';
import { domainOf } from '../address.ts';
import type { SmtpServer } from '../config.ts';
import { accepted, codeOf, excerpt, fromUnsent, rejected, retry, unknown } from '../result.ts';
import type { MailDelivery } from './context.ts';
import { partsOf, unsubscribeHeaders, type Addressee, type Mail } from './email.ts';

/**
 * Speaks one SMTP session, one mail for each recipient; TLS is never left out where it is asked for.
 * A recipient that is refused does not hold up the others.
 */
export async function sendBySmtp(
  delivery: MailDelivery,
  mail: Mail,
  server: SmtpServer,
): Promise<DeliverResult> {
  const mails = await Promise.all(
    mail.to.map(async (to) => ({ ...to, bytes: await buildMime(mail, to, delivery.clock.now()) })),
  );
  let socket;
  try {
    socket = await delivery.transport.connect(server.host, server.port, delivery.signal);
  } catch (error) {
    return fromUnsent('The mail server', error);
  }
  const connection = new SMTPConnection({
    host: server.host,
    port: server.port,
    connection: socket,
    secure: server.tls === 'Implicit',
    requireTLS: server.tls === 'StartTls',
    ignoreTLS: server.tls === 'None',
    name: domainOf(mail.from),
    tls: { minVersion: 'TLSv1.2' },
    logger: false,
  });
  const session: Session = { taken: [], refused: [], sending: false };
  try {
    await converse(connection, mail.from, mails, server, session, delivery.signal);
  } catch (error) {
    socket.destroy();
    return withTaken(readFailure(error, session.sending), session.taken);
  } finally {
    connection.close();
  }
  return summary(session, mail.messageId);
}

interface ReadyMail {
  readonly address: string;
  readonly bytes: Buffer;
}

/** What has become of the recipients so far. */
interface Session {
  readonly taken: string[];
  readonly refused: DeliverResult[];
  /** The mail that is under way was handed over whole. */
  sending: boolean;
}

/** One that may pass later decides; those who were refused for good matter only when nobody has it. */
function summary({ taken, refused }: Session, messageId: string): DeliverResult {
  const later = refused.find(({ kind }) => kind === 'retry');
  if (later) return withTaken(later, taken);
  return taken.length > 0 ? accepted(messageId) : (refused[0] ?? accepted(messageId));
}

const withTaken = (result: DeliverResult, taken: readonly string[]): DeliverResult =>
  taken.length > 0 && (result.kind === 'retry' || result.kind === 'unknown')
    ? { ...result, taken: [...taken] }
    : result;

async function buildMime(mail: Mail, to: Addressee, now: Date): Promise<Buffer> {
  return new MailComposer({
    from: { name: 'duckmon', address: mail.from },
    to: to.address,
    subject: mail.content.subject,
    ...partsOf(mail.content, to.unsubscribeLink),
    date: now,
    messageId: mail.messageId,
    headers: { 'Auto-Submitted': 'auto-generated', ...unsubscribeHeaders(to.unsubscribeLink) },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
}

/** Greeting, TLS, sign-in, mails; rejects at the first step that ends the session or when time is up. */
async function converse(
  connection: SMTPConnection,
  from: string,
  mails: readonly ReadyMail[],
  server: SmtpServer,
  session: Session,
  signal: AbortSignal,
): Promise<void> {
  const broken = Promise.withResolvers<never>();
  // it may also break when no step waits for anything
  broken.promise.catch(() => {});
  const onAbort = (): void => broken.reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  connection.on('error', broken.reject);
  connection.once('end', () => broken.reject(new Error('The mail server closed the connection')));
  const step = (run: (done: (error?: Error | null) => void) => void): Promise<void> =>
    Promise.race([
      broken.promise,
      new Promise<void>((resolve, reject) => run((error) => (error ? reject(error) : resolve()))),
    ]);
  try {
    if (signal.aborted) onAbort();
    await step((done) => connection.connect(done));
    if (server.user !== undefined) {
      const credentials = { user: server.user, pass: server.password ?? '' };
      await step((done) => connection.login({ credentials }, done));
    }
    for (const mail of mails) await sendOne(connection, from, mail, session, step);
    connection.quit();
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** A reply about this recipient or mail is noted, and the session goes on with the next one. */
async function sendOne(
  connection: SMTPConnection,
  from: string,
  { address, bytes }: ReadyMail,
  session: Session,
  step: (run: (done: (error?: Error | null) => void) => void) => Promise<void>,
): Promise<void> {
  if (session.refused.length > 0) await step((done) => connection.reset(done));
  session.sending = false;
  const message = Readable.from([bytes]);
  message.once('end', () => {
    session.sending = true;
  });
  try {
    await step((done) => connection.send({ from, to: [address] }, message, done));
    session.taken.push(address);
  } catch (error) {
    if (!isReply(error)) throw error;
    session.refused.push(readFailure(error, session.sending));
  }
}

const isReply = (error: unknown): boolean =>
  ((error as { responseCode?: number }).responseCode ?? 0) >= 400;

function readFailure(error: unknown, sent: boolean): DeliverResult {
  const { responseCode, response, code } = error as {
    responseCode?: number;
    response?: string;
    code?: string;
  };
  // a refused STARTTLS is no answer to the mail: somebody between may have taken it away
  if (code === 'ETLS') return retry('The mail server offers no trustworthy TLS (ETLS)');
  if (typeof responseCode === 'number' && responseCode >= 400) {
    const said = excerpt(response ?? '');
    if (responseCode < 500)
      return retry(`The mail server answered ${responseCode} for now: ${said}`);
    if (code === 'EAUTH') return rejected('The mail server refused the user name or password');
    return rejected(`The mail server refused the mail: ${said}`);
  }
  if (sent) return unknown(`The mail server took the mail and did not answer (${codeOf(error)})`);
  if (code === 'EAUTH')
    return rejected('The mail server offers no sign-in; leave the user name out');
  return retry(`The mail server cannot be reached (${codeOf(error)})`);
}
