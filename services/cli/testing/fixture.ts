/** Gives each test of a suite a scripted API, a folder, and the cli that runs against both. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CliIo } from '../io.ts';
import { createRunner, type FakeApi, type Ran, startApi, temporaryFolder } from './api.ts';

export interface Fixture {
  readonly api: FakeApi;
  readonly folder: string;
  /** Runs the cli with the API's address in the environment. */
  readonly cli: (argv: readonly string[], more?: Partial<CliIo>) => Promise<Ran>;
  /** Writes a file below the folder. */
  readonly write: (name: string, text: string, mode?: number) => string;
}

/** Registers the hooks of the enclosing suite; the result is ready inside of tests. */
export function useFixture(): Fixture {
  let [api, folder] = [{} as FakeApi, temporaryFolder()];
  folder.remove();
  before(async () => {
    api = await startApi();
  });
  after(() => api.close());
  beforeEach(() => {
    folder = temporaryFolder();
    api.script = {};
    api.seen.length = 0;
  });
  afterEach(() => folder.remove());
  return {
    get api() {
      return api;
    },
    get folder() {
      return folder.path;
    },
    cli: (argv, more = {}) => {
      const env = { DUCKMON_API: api.url, DUCKMON_TOKEN: 't', ...more.env };
      return createRunner(folder.path)(argv, { ...more, env });
    },
    write: (name, text, mode = 0o644) => {
      const file = path.join(folder.path, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text, { mode });
      return file;
    },
  };
}
