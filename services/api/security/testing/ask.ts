/** Asks routes as the table of them says, some at a time. */
import { ROUTES } from './routes.ts';

export type HeadersOf = Readonly<Record<string, string>>;

const NOBODYS: Readonly<Record<'id' | 'session' | 'name', string>> = {
  id: '019aa000-0000-7000-8000-000000000000',
  session: '0'.repeat(32),
  name: 'nothing',
};

/** Of the kind of a route's thing, and nobody's. */
export function idOfNobody(route: string): string {
  if (route.includes('{name}')) return NOBODYS.name;
  return ROUTES[route]?.thing === 'session' ? NOBODYS.session : NOBODYS.id;
}

export interface Asking {
  readonly headers: HeadersOf;
  /** In the path, percent-encoded already; nobody's when absent. */
  readonly place?: string;
  /** Instead of what the route needs. */
  readonly query?: string;
  /** Instead of a body that the route takes; text goes as it is. */
  readonly body?: unknown;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Asks one route. */
export async function ask(url: string, route: string, asking: Asking): Promise<Answered> {
  const [method = '', path = ''] = route.split(' ');
  const row = ROUTES[route];
  const place = path.replace(/\{(name|id)\}/, asking.place ?? idOfNobody(route));
  const query = asking.query ?? row?.query ?? '';
  const body = asking.body ?? row?.body;
  const response = await fetch(`${url}/api/v1${place}${query && `?${query}`}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...asking.headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return {
    status: response.status,
    headers: response.headers,
    text: await textOf(response),
  };
}

/** Streams have no end: their head is the answer. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true)
    return response.text();
  await response.body?.cancel();
  return '';
}

/** Does it for all, some at a time. */
export async function forAll<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  atOnce = 8,
): Promise<R[]> {
  const results: R[] = [];
  const next = items.entries();
  const worker = async (): Promise<void> => {
    for (const [at, item] of next) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
