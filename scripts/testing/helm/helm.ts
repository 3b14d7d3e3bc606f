/** Runs Helm as a person would, and keeps what it says. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { systemClock } from '../../../services/core/clock.ts';
import { helmProgram } from '../../lib/cluster/programs.ts';
import { chartFolder } from '../../generate-chart.ts';

/** Helm ended with an error; the message is what it said. */
export class HelmError extends Error {
  override name = 'HelmError';
}

/** An object of Kubernetes as Helm prints it. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export type Values = Readonly<Record<string, unknown>>;

export interface Helm {
  /**
   * Runs it and returns what it printed.
   * @param input its standard input, for `-f -`
   * @throws HelmError
   */
  run(args: readonly string[], input?: string): Promise<string>;
  /** The objects of the chart, those of hooks among them. */
  render(values?: Values, namespace?: string): Promise<readonly Rendered[]>;
  /** Removes what Helm remembered. */
  remove(): void;
}

const MAX_OUTPUT = 64 * 1024 * 1024;

/**
 * Helm for one cluster; without a kubeconfig it can only render.
 * @throws SetupError when it is not there and cannot be built.
 */
export async function openHelm(kubeconfig = '/dev/null'): Promise<Helm> {
  const say = (line: string): void => void process.stderr.write(`duckmon: ${line}\n`);
  const program = await helmProgram({ env: process.env, clock: systemClock, say });
  const home = mkdtempSync(path.join(os.tmpdir(), 'duckmon-helm-'));
  const folders = ['CACHE', 'CONFIG', 'DATA'].map((name) => [`HELM_${name}_HOME`, home] as const);
  const env = { ...process.env, ...Object.fromEntries(folders), KUBECONFIG: kubeconfig };
  const run: Helm['run'] = (args, input = '') => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const child = execFile(program, args, { env, maxBuffer: MAX_OUTPUT }, (error, output, said) => {
      if (!error) resolve(output);
      else reject(new HelmError(`helm ${args.join(' ')}: ${said.trim()}`, { cause: error }));
    });
    child.stdin?.on('error', () => {}).end(input);
    return promise;
  };
  return {
    run,
    render: async (values = {}, namespace = 'duckmon') => {
      const args = ['template', 'duckmon', chartFolder, '-n', namespace, '-f', '-'];
      return objectsOf(await run(args, JSON.stringify(values)));
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** Every object of a stream of YAML documents. */
export const objectsOf = (text: string): readonly Rendered[] =>
  // As the API server reads them: 0440 is octal.
  parseAllDocuments(text, { version: '1.1' }).flatMap(
    (document) => (document.toJS() as Rendered | null) ?? [],
  );
