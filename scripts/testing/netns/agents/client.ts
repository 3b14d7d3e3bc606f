/** A client of the proxy, in the place of a browser. */
import { request } from 'node:http';
import { PROXY_PORT, LINKS } from '../addresses.ts';
import { serveAgent } from '../agent.ts';

export interface Get {
  readonly url: string;
  /** Value of `Proxy-Authorization`. */
  readonly authorization: string;
}

function get({ url, authorization }: Get): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const asked = request({
    host: LINKS.proxy.v4,
    port: PROXY_PORT,
    path: url,
    headers: { host: new URL(url).host, 'proxy-authorization': authorization },
    agent: false,
  });
  asked.once('response', (response) => {
    response.resume().once('end', () => resolve(response.statusCode ?? 0));
  });
  asked.once('error', reject).end();
  return promise;
}

export const handlers = {
  /** One request after the other; the status of each. */
  get: async (gets: readonly Get[]): Promise<readonly number[]> => {
    const statuses: number[] = [];
    for (const one of gets) statuses.push(await get(one));
    return statuses;
  },
};

serveAgent(handlers);
