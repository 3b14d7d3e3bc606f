/** Monitors that come from other programs, and all of the workspace as manifests. */
import { z } from 'zod';
import { stringify } from 'yaml';
import {
  convertImport,
  ImportError,
  IMPORT_FORMATS,
  type ImportedObject,
  type ImportFormat,
  type ImportReport,
} from '../../core/import/index.ts';
import { HttpError } from '../../core/errors.ts';
import { portable } from '../../core/manifest/index.ts';
import { listChannels } from '../../store/channels.ts';
import { listMonitors } from '../../store/monitorsListed.ts';
import type { Page } from '../../store/paging.ts';
import { listSecrets } from '../../store/secrets.ts';
import { withWorkspace, type Tx } from '../../store/workspace.ts';
import type { ApplyResult } from '../apply.ts';
import type { ApiDeps } from '../deps.ts';
import type { Principal } from '../principal.ts';
import { defineRoute, type Route } from '../route.ts';
import { showChannels, showMonitors } from '../shown.ts';
import { object, objectName } from './schemas.ts';

const tag = 'manifests';

export const exchangeRoutes = (deps: ApiDeps): Route[] => [importFile(deps), exportAll(deps)];

const note = z.strictObject({
  field: z.string(),
  what: z.enum(['changed', 'leftOut']),
  why: z.string(),
  todo: z.string(),
});
const skipped = z.strictObject({ label: z.string(), why: z.string(), todo: z.string() });
const imported = z.strictObject({
  kind: z.enum(['MonitorJob', 'NotificationChannel']),
  name: z.string(),
  label: z.string(),
  manifest: object,
  notes: z.array(note),
  /** `new` can be created; what is `taken` exists and is left alone. */
  state: z.enum(['new', 'taken', 'refused', 'created']),
  problems: z.array(z.strictObject({ path: z.string(), message: z.string() })),
});

const importFile = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/imports',
    policy: 'write',
    tag,
    limit: 'costly',
    summary:
      'Says what the monitors of another program become and what stays behind; creates those that are named',
    body: z.strictObject({
      /** The file: of changedetection.io, urlwatch, webchanges, Uptime Kuma, or manifests. */
      text: z.string().min(1),
      fileName: z.string().trim().min(1).max(255).default('file'),
      /** Found out from the file when absent. */
      from: z.enum(IMPORT_FORMATS).optional(),
      /** Names of the answer before that are created; without it nothing is. */
      create: z.array(objectName).max(500).optional(),
    }),
    answer: z.strictObject({
      from: z.enum(IMPORT_FORMATS),
      objects: z.array(imported),
      skipped: z.array(skipped),
      notes: z.array(note),
    }),
    handle: async ({ principal, body: { text, fileName, from, create } }) => {
      const report = read(text, fileName, from);
      const tried = await tryAll(deps, principal, report.objects, true);
      const wanted = report.objects.filter(
        (one) => create?.includes(one.name) && tried.get(keyOf(one))?.action === 'created',
      );
      const made = await tryAll(deps, principal, wanted, false);
      const objects = report.objects.map((one) => ({
        ...one,
        manifest: { ...one.manifest },
        notes: [...one.notes],
        ...stateOf(tried.get(keyOf(one)), made.get(keyOf(one))),
      }));
      const { skipped: left, notes, from: format } = report;
      return { body: { from: format, objects, skipped: [...left], notes: [...notes] } };
    },
  });

function read(text: string, fileName: string, from: ImportFormat | undefined): ImportReport {
  try {
    return convertImport(text, fileName, from);
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    throw new HttpError('unprocessable', error.message, {
      fields: [{ path: 'text', message: error.message }],
    });
  }
}

const keyOf = ({ kind, name }: Pick<ApplyResult, 'kind' | 'name'>): string => `${kind}/${name}`;

/** A dry run of apply says which are new: the others must not be changed by an import. */
async function tryAll(
  deps: ApiDeps,
  principal: Principal,
  objects: readonly ImportedObject[],
  dryRun: boolean,
): Promise<ReadonlyMap<string, ApplyResult>> {
  if (objects.length === 0) return new Map();
  const documents = objects.map(({ manifest }) => manifest);
  const results = await deps.objects.apply(principal, { documents, managedBy: null, dryRun });
  return new Map(results.map((result) => [keyOf(result), result]));
}

function stateOf(
  tried: ApplyResult | undefined,
  made: ApplyResult | undefined,
): Pick<z.infer<typeof imported>, 'state' | 'problems'> {
  const { action, problems = [] } = made ?? tried ?? { action: 'refused' as const };
  const shown = problems.map(({ path, message }) => ({ path, message }));
  if (action === 'refused') return { state: 'refused', problems: shown };
  if (action !== 'created') return { state: 'taken', problems: shown };
  return { state: made ? 'created' : 'new', problems: [] };
}

const exportAll = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/manifests',
    policy: 'read',
    tag,
    limit: 'costly',
    summary: 'All channels and monitors of the workspace as YAML that apply and import take again',
    handle: async ({ principal: { workspace }, response }) => {
      const text = await withWorkspace(deps.pool, workspace, (tx) =>
        manifestsOf(deps, tx, workspace),
      );
      const day = deps.clock.now().toISOString().slice(0, 10);
      response.setHeader('cache-control', 'no-store');
      response.setHeader(
        'content-disposition',
        `attachment; filename="duckmon-manifests-${workspace}-${day}.yaml"`,
      );
      response.status(200).type('application/yaml; charset=utf-8').send(text);
      return undefined;
    },
  });

/** Secrets are named, so that whoever takes the file elsewhere knows what to make there. */
async function manifestsOf(deps: ApiDeps, tx: Tx, workspace: string): Promise<string> {
  const secrets = await listSecrets(tx, workspace);
  const channels = await everyPage((request) => listChannels(tx, workspace, request));
  const monitors = await everyPage((request) => listMonitors(tx, workspace, request));
  const objects = [
    ...(await showChannels(tx, deps, workspace, channels)),
    ...(await showMonitors(tx, deps, workspace, monitors)),
  ];
  const named = secrets.map(
    ({ kind, name, keys }) =>
      `# ${kind} ${name} (${keys.join(', ')}) is not in this file: values are never read back.\n`,
  );
  const documents = objects.map((one) => stringify(portable({ ...one }), { lineWidth: 0 }));
  return `${named.join('')}${documents.join('---\n')}`;
}

async function everyPage<T>(
  list: (request: { limit: number; cursor?: string }) => Promise<Page<T>>,
): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ limit: 500, ...(cursor === undefined ? {} : { cursor }) });
    all.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return all;
}
