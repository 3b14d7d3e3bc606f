/** Gives the proxy its credential, once, and the monitor's headers to its own site only. */
import { PROXY_USER } from '../../core/egress/credential.ts';
import type { Session } from './connection.ts';

export interface Identity {
  /** Origin of the egress proxy, such as `http://127.0.0.1:8005`. */
  readonly proxyOrigin: string;
  readonly credential: string;
  /** Headers that the monitor sets, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The only origin that these headers are sent to. */
  readonly origin: string;
}

/**
 * The first request is challenged by the proxy; after the answer the context remembers the
 * credential, and interception ends unless headers have to be added to documents.
 */
export async function answerChallenges(session: Session, identity: Identity): Promise<void> {
  const hasHeaders = Object.keys(identity.headers).length > 0;
  let answered = false;
  session.on('Fetch.authRequired', ({ requestId, authChallenge }) => {
    const isProxy =
      authChallenge.source === 'Proxy' && authChallenge.origin === identity.proxyOrigin;
    const credential = { username: PROXY_USER, password: identity.credential };
    const isFirst = isProxy && !answered;
    drop(
      session.send('Fetch.continueWithAuth', {
        requestId,
        authChallengeResponse: isFirst
          ? { response: 'ProvideCredentials', ...credential }
          : { response: 'CancelAuth' },
      }),
    );
    if (isFirst && !hasHeaders) drop(session.send('Fetch.disable'));
    answered ||= isProxy;
  });
  session.on('Fetch.requestPaused', ({ requestId, request }) => {
    const own = hasHeaders && URL.parse(request.url)?.origin === identity.origin;
    const headers = own ? merged(request.headers, identity.headers) : undefined;
    drop(session.send('Fetch.continueRequest', { requestId, ...(headers ? { headers } : {}) }));
  });
  await session.send('Fetch.enable', {
    handleAuthRequests: true,
    // The protocol wants a pattern; only documents are held.
    patterns: [{ urlPattern: '*', resourceType: 'Document', requestStage: 'Request' }],
  });
}

function merged(
  given: Readonly<Record<string, string>>,
  added: Readonly<Record<string, string>>,
): { name: string; value: string }[] {
  const kept = Object.entries(given).filter(([name]) => !(name.toLowerCase() in added));
  return [...kept, ...Object.entries(added)].map(([name, value]) => ({ name, value }));
}

/** The request may be gone before the answer comes; the page's own events tell. */
const drop = (answer: Promise<unknown>): void => void answer.catch(() => {});
