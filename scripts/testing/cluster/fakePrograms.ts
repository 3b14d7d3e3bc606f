/** Programs that stand in for those of a control plane, so that starting and stopping is tested in no time. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SERVER_NAMES, type ServerName } from '../../lib/cluster/folder.ts';
import type { ServerPrograms } from '../../lib/cluster/programs.ts';

const SERVER = path.join(import.meta.dirname, 'fakeServer.ts');

export interface FakePrograms {
  readonly folder: string;
  readonly programs: ServerPrograms;
  /** Makes a program end at its start, with these words. */
  breakProgram(name: ServerName, words: string): void;
  /** Names of the servers that were asked to end, in their order. */
  endings(): string[];
}

/** Writes them into a folder that is there, with a kubectl that repeats its arguments and remembers something. */
export function makeFakePrograms(folder: string): FakePrograms {
  const endings = path.join(folder, 'endings');
  const write = (name: string, line: string): void =>
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  for (const name of SERVER_NAMES)
    write(
      name,
      `exec '${process.execPath}' --disable-warning=ExperimentalWarning '${SERVER}' ${name} '${endings}' "$@"`,
    );
  write(
    'kubectl',
    'mkdir -p "$KUBECACHEDIR/discovery"; echo "$KUBECONFIG" "$@"; [ "$1" != fail ] || exit 7',
  );
  return {
    folder,
    programs: {
      etcd: path.join(folder, 'etcd'),
      apiServer: path.join(folder, 'kube-apiserver'),
      controllerManager: path.join(folder, 'kube-controller-manager'),
    },
    breakProgram: (name, words) => write(name, `echo '${words}' >&2; exit 1`),
    endings: () => (existsSync(endings) ? readFileSync(endings, 'utf8').trim().split('\n') : []),
  };
}
