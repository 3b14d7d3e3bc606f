/** One request to an API server that may not be there yet. */
import { request } from 'node:https';

export interface Server {
  readonly url: string;
  /** PEM. */
  readonly certificate: string;
  readonly token: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

const TIMEOUT_MS = 5_000;

/** The answer to a GET; undefined when nobody answers in time. */
export function ask(
  { url, certificate, token }: Server,
  path: string,
): Promise<Answer | undefined> {
  const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
  const options = {
    ca: certificate,
    agent: false,
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
  request(`${url}${path}`, options, (response) => {
    let body = '';
    response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    response.on('error', () => resolve(undefined));
  })
    .on('error', () => resolve(undefined))
    .end();
  return promise;
}
