/** A browser without a screen: goes where it is sent and keeps cookies by host. */

export interface Visit {
  readonly status: number;
  readonly location: string;
  readonly headers: Headers;
  readonly text: string;
}

export interface Person {
  /** One request, with the cookies of the host; redirects are not followed. */
  open(url: string): Promise<Visit>;
  /** Follows redirects until one leads to an address that `isThere` knows; returns that address. */
  follow(url: string, isThere: (url: string) => boolean): Promise<string>;
  /** The cookies of a host, by name. */
  cookies(url: string): Map<string, string>;
  /** Every Set-Cookie header that came. */
  readonly setCookies: string[];
}

const MOST_HOPS = 10;

/** @param reach where an address really is, for public addresses that nobody listens on. */
export function newPerson(reach: (url: URL) => URL = (url) => url): Person {
  const jars = new Map<string, Map<string, string>>();
  const setCookies: string[] = [];
  const jarOf = (url: URL): Map<string, string> => {
    const jar = jars.get(url.host) ?? new Map<string, string>();
    jars.set(url.host, jar);
    return jar;
  };
  const open = async (text: string): Promise<Visit> => {
    const url = new URL(text);
    const jar = jarOf(url);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(reach(url), {
      redirect: 'manual',
      headers: { accept: 'text/html', ...(cookie === '' ? {} : { cookie }) },
    });
    for (const line of response.headers.getSetCookie()) keep(jar, line, setCookies);
    const location = response.headers.get('location');
    return {
      status: response.status,
      location: location === null ? '' : new URL(location, url).href,
      headers: response.headers,
      text: await response.text(),
    };
  };
  return {
    open,
    follow: async (url, isThere) => {
      let at = url;
      for (let hop = 0; hop < MOST_HOPS; hop += 1) {
        const { location, status, text } = await open(at);
        if (location === '') throw new Error(`${at} ended with ${status}: ${text.slice(0, 300)}`);
        if (isThere(location)) return location;
        at = location;
      }
      throw new Error(`more than ${MOST_HOPS} redirects from ${url}`);
    },
    cookies: (url) => jarOf(new URL(url)),
    setCookies,
  };
}

function keep(jar: Map<string, string>, line: string, all: string[]): void {
  all.push(line);
  const [pair = ''] = line.split(';');
  const at = pair.indexOf('=');
  const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
  if (value === '' || /; *(max-age=0|expires=Thu, 01 Jan 1970)/i.test(line)) jar.delete(name);
  else jar.set(name, value);
}
