/** Mail by SMTP, over a socket that the egress opened. */
import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { DeliverResult } from '../../core/contracts/notification.ts';
import { domainOf } from '../address.ts';
import type { SmtpServer } from '../config.ts';
import { accepted, codeOf, excerpt, fromUnsent, rejected, retry, unknown } from '../result.ts';
import type { Delivery } from './context.ts';
import type { Mail } from './email.ts';

/** Speaks one SMTP session; TLS is never left out where it is asked for. */
export async function sendBySmtp(
  delivery: Delivery,
  mail: Mail,
  server: SmtpServer,
): Promise<DeliverResult> {
  const bytes = await buildMime(mail, delivery.clock.now());
  let socket;
  try {
    socket = await delivery.transport.connect(server.host, server.port, delivery.signal);
  } catch (error) {
    return fromUnsent('The mail server', error);
  }
  const progress = { sent: false };
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
  try {
    await converse(connection, mail, bytes, server, progress, delivery.signal);
    return accepted(mail.messageId);
  } catch (error) {
    socket.destroy();
    return readFailure(error, progress.sent);
  } finally {
    connection.close();
  }
}

async function buildMime(mail: Mail, now: Date): Promise<Buffer> {
  return new MailComposer({
    from: { name: 'duckmon', address: mail.from },
    to: [...mail.to],
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    date: now,
    messageId: mail.messageId,
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
}

/** Greeting, TLS, sign-in, message; rejects at the first step that fails or when time is up. */
async function converse(
  connection: SMTPConnection,
  mail: Mail,
  bytes: Buffer,
  server: SmtpServer,
  progress: { sent: boolean },
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  connection.on('error', reject);
  connection.once('end', () => reject(new Error('The mail server closed the connection')));
  const message = Readable.from([bytes]);
  message.once('end', () => {
    progress.sent = true;
  });
  const sendMessage = (): void =>
    connection.send({ from: mail.from, to: [...mail.to] }, message, (error) =>
      error ? reject(error) : resolve(),
    );
  connection.connect((error?: Error | null) => {
    if (error) return reject(error);
    if (server.user === undefined) return sendMessage();
    const credentials = { user: server.user, pass: server.password ?? '' };
    connection.login({ credentials }, (refused) => (refused ? reject(refused) : sendMessage()));
  });
  try {
    if (signal.aborted) onAbort();
    await promise;
    connection.quit();
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

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
