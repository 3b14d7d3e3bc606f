/** Installs CRDs and the platform's namespace, for work on a laptop; in a cluster the chart does. */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import type { Clock } from '../../services/core/clock.ts';
import { SetupError } from '../../services/core/errors.ts';
import type { Transport } from '../../services/core/kube/transport.ts';
import { defineResource, type KubeObject } from '../../services/core/kube/types.ts';
import type { Log } from '../../services/core/log.ts';
import { FIELD_MANAGERS } from './names.ts';

interface Definition extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

const DEFINITIONS = defineResource<Definition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
});

const NAMESPACES = defineResource({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
});

export interface InstallDeps {
  readonly transport: Pick<Transport, 'apply' | 'get'>;
  readonly clock: Clock;
  readonly log: Log;
}

const TRIES = 100;
const ASK_MS = 100;

const isEstablished = ({ status }: Definition): boolean =>
  status?.conditions?.some((it) => it.type === 'Established' && it.status === 'True') ?? false;

/** Every definition of a folder. @throws SetupError when a file is none. */
async function readDefinitions(folder: string): Promise<Definition[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).toSorted();
  return Promise.all(
    files.map(async (file) => {
      const object = parse(await readFile(path.join(folder, file), 'utf8')) as Definition;
      if (object?.kind !== DEFINITIONS.kind)
        throw new SetupError(`${path.join(folder, file)} is no CustomResourceDefinition.`);
      return object;
    }),
  );
}

async function whenServed(name: string, { transport, clock }: InstallDeps): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (isEstablished(await transport.get(DEFINITIONS, { name }))) return;
    await clock.sleep(ASK_MS);
  }
  throw new SetupError(`The API server does not serve ${name}; see kubectl describe crd ${name}.`);
}

/** Applies them and waits until the server serves them; what is there already stays as it is. */
export async function install(folder: string, namespace: string, deps: InstallDeps): Promise<void> {
  const how = { fieldManager: FIELD_MANAGERS.defaults, force: true };
  await deps.transport.apply(NAMESPACES, { metadata: { name: namespace } }, how);
  const definitions = await readDefinitions(folder);
  for (const definition of definitions) await deps.transport.apply(DEFINITIONS, definition, how);
  for (const { metadata } of definitions) await whenServed(metadata.name ?? '', deps);
  deps.log.info({ definitions: definitions.length }, 'the kinds are installed');
}
