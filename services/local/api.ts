/** Talks to the api of the same process, as any other client would. */
import { z } from 'zod';
import { parseManifests } from '../core/manifest/index.ts';

export interface LocalApi {
  /**
   * Applies the text of a manifest file.
   * @param manage the file owns its objects: they go when it drops them.
   * @throws Error that names each refused object and field.
   */
  apply(file: string, text: string, manage: boolean): Promise<void>;
  /** Files that manage objects. */
  managers(): Promise<string[]>;
  /** Asks for a check and waits until it has ended; returns its outcome, or undefined after `waitMs`. */
  run(monitor: string, waitMs: number): Promise<string | undefined>;
}

const results = z.object({
  results: z.array(
    z.object({
      kind: z.string(),
      name: z.string(),
      action: z.string(),
      problems: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    }),
  ),
});
const failure = z.object({ error: z.object({ message: z.string() }) });
const files = z.object({ files: z.array(z.string()) });
const requested = z.object({ runRequestId: z.string() });
const checks = z.object({ items: z.array(z.object({ outcome: z.string() })) });

const POLL_MS = 100;

/** @param sleep waits between two looks. */
export function createLocalApi(
  url: string,
  token: string,
  sleep: (ms: number) => Promise<void>,
): LocalApi {
  const call = async <T extends z.ZodType>(
    answer: T,
    path: string,
    body?: unknown,
  ): Promise<z.infer<T>> => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json: unknown = await response.json();
    if (response.ok) return answer.parse(json);
    const known = failure.safeParse(json);
    throw new Error(
      known.success ? known.data.error.message : `the api answered with ${response.status}`,
    );
  };
  return {
    apply: async (file, text, manage) => {
      const documents = parseManifests(text, file).map(({ manifest }) => manifest);
      const done = await call(results, '/apply', { documents, source: file, manage });
      const refused = done.results.filter(({ action }) => action === 'refused');
      if (refused.length > 0) throw new Error(refused.map(describeRefusal).join('; '));
    },
    managers: async () => (await call(files, '/managers')).files,
    run: async (monitor, waitMs) => {
      const name = encodeURIComponent(monitor);
      const { runRequestId } = await call(requested, `/monitors/${name}/run`, {});
      for (let waited = 0; waited < waitMs; waited += POLL_MS) {
        const { items } = await call(
          checks,
          `/checks?monitor=${name}&runRequestId=${runRequestId}`,
        );
        if (items[0]) return items[0].outcome;
        await sleep(POLL_MS);
      }
      return undefined;
    },
  };
}

function describeRefusal({
  kind,
  name,
  problems,
}: z.infer<typeof results>['results'][number]): string {
  const list = (problems ?? []).map(({ path, message }) =>
    path === '' ? message : `${path}: ${message}`,
  );
  return `${kind} ${name} was refused: ${list.join(', ')}`;
}
