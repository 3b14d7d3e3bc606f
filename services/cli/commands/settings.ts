/** Examines the settings of an installation: keys, model, sign-in, mail. Pure. */
import { KEY_NAMES } from './keys.ts';

/** One thing that was looked at. */
export interface Examination {
  readonly topic: string;
  readonly result: 'ok' | 'note' | 'bad';
  /** What was found and, unless it is fine, what to do. */
  readonly text: string;
}

export type Settings = Readonly<Record<string, string | undefined>>;

const SHORTEST_KEY = 32;
/** Words of examples: nobody's secret. */
const EXAMPLE = /your[_-]|change[_-]?me|example|placeholder|^(.)\1+$|^(secret|password|default)/i;
export const ok = (topic: string, text: string): Examination => ({ topic, result: 'ok', text });
export const note = (topic: string, text: string): Examination => ({ topic, result: 'note', text });
export const bad = (topic: string, text: string): Examination => ({ topic, result: 'bad', text });
export const isSet = (text: string | undefined): text is string =>
  text !== undefined && text !== '';

/** Length, examples, and keys that are the same. Never says a value. */
export function examineKeys(settings: Settings): Examination[] {
  const found = KEY_NAMES.map((name): Examination => {
    const value = settings[name];
    if (!isSet(value)) return ok(name, 'is not set: duckmon makes its own in the data folder');
    if (EXAMPLE.test(value)) return bad(name, 'is an example value; run duckmon generate-keys');
    if (value.length < SHORTEST_KEY)
      return bad(name, `has fewer than ${SHORTEST_KEY} characters; run duckmon generate-keys`);
    return ok(name, 'is set');
  });
  const [jwt, internal] = KEY_NAMES.map((name) => settings[name]);
  return isSet(jwt) && jwt === internal
    ? [
        ...found,
        bad('keys', 'JWT_SECRET and INTERNAL_API_KEY are the same; run duckmon generate-keys'),
      ]
    : found;
}

/** Whether changes can be judged. */
export function examineModel({
  OPENAI_API_KEY: key,
  OPENAI_BASE_URL: base,
}: Settings): Examination {
  if (isSet(key) && EXAMPLE.test(key))
    return bad('model', 'OPENAI_API_KEY is an example value; set your own');
  if (isSet(key)) return ok('model', isSet(base) ? `is asked at ${base}` : 'OPENAI_API_KEY is set');
  if (isSet(base))
    return note(
      'model',
      'OPENAI_BASE_URL is set without OPENAI_API_KEY; set it to any word if the server wants none',
    );
  return note(
    'model',
    'none is configured: changes are found but not judged; set OPENAI_API_KEY or OPENAI_BASE_URL',
  );
}

/** How people sign in. */
export function examineSignIn(settings: Settings): Examination {
  const id = settings['GOOGLE_CLIENT_ID'];
  const secret = settings['GOOGLE_CLIENT_SECRET'] ?? settings['GOOGLE_CLIENT_SECRET_FILE'];
  if (isSet(id) !== isSet(secret))
    return bad(
      'sign-in',
      `${isSet(id) ? 'GOOGLE_CLIENT_SECRET' : 'GOOGLE_CLIENT_ID'} is missing: both or neither must be set`,
    );
  if (!isSet(id))
    return note(
      'sign-in',
      'by a one-time link; set GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET for Google',
    );
  if (!isSet(settings['SIGN_IN_ALLOW']))
    return bad(
      'sign-in',
      'SIGN_IN_ALLOW is missing: list the domains and addresses that may sign in, or * for everybody',
    );
  const issuer = settings['OIDC_ISSUER'];
  const host = settings['HOSTNAME'];
  const callback = isSet(host) ? `https://${host}` : 'your public address';
  const by = isSet(issuer) ? issuer : 'Google';
  return ok('sign-in', `by ${by}; the callback must be ${callback}/api/v1/auth/callback`);
}

/** Whether mail can be sent, and from whom. */
export function examineMail(settings: Settings): Examination {
  const sender = settings['NOTIFICATION_EMAIL'];
  const key = settings['SENDGRID_API_KEY'];
  const hasServer = isSet(key) || isSet(settings['SMTP_HOST']);
  if (!hasServer)
    return note('mail', 'is not configured; set SENDGRID_API_KEY or SMTP_HOST to send mail');
  if (isSet(key) && !key.startsWith('SG.'))
    return bad('mail', 'SENDGRID_API_KEY is no SendGrid key: those begin with SG.');
  if (!isSet(sender)) return bad('mail', 'NOTIFICATION_EMAIL is missing: mail needs a sender');
  return /^[^@\s]+@[^@\s]+$/.test(sender)
    ? ok('mail', `is sent from ${sender}`)
    : bad('mail', 'NOTIFICATION_EMAIL is no mail address');
}
