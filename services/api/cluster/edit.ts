/** One edit of a monitor or channel: read, decide what to apply, apply on exactly what was read. */
import { isDeepStrictEqual } from 'node:util';
import { HttpError } from '../../core/errors.ts';
import { isNotFound } from '../../core/kube/errors.ts';
import type { Transport } from '../../core/kube/transport.ts';
import { isRecord, validateManifest, type ManifestValue } from '../../core/manifest/index.ts';
import { MANAGED_BY } from '../objects.ts';
import { checkApplied } from '../refusal.ts';
import { below, clientSideManager, foreignManagers, ownFields } from './managers.ts';
import { ANNOTATIONS, FIELD_MANAGER } from './names.ts';
import { isAtHome, labelsOf, type Home, type Place } from './homes.ts';
import { askedAt, isOutdated, toHttpError } from './problems.ts';
import { mergedSpec } from './questions.ts';
import { RESOURCES, specSchemaOf, TEXTS, type LiveObject } from './resources.ts';
import { appliedBy } from './shown.ts';
import { takenAway, wishOf } from './wish.ts';

export interface Written {
  readonly action: 'created' | 'configured' | 'unchanged';
  readonly object: LiveObject;
}

export interface EditOptions {
  /** What the manifest leaves out is to go; else only what the dashboard set before goes. */
  readonly replaces?: boolean;
  /** Refuses what is not there yet, or is there already. */
  readonly must?: 'exist' | 'beNew';
  readonly dryRun?: boolean;
  /** The manifest is what is there but for the change: it need not be valid by today's rules. */
  readonly asIs?: boolean;
  /** Called with what is there before anything is written; refuses by throwing. */
  readonly check?: (live: LiveObject) => void;
  /** Called with the spec as it will be, before anything is written; refuses by throwing. */
  readonly allow?: (verb: 'create' | 'patch', spec: unknown) => Promise<void>;
}

type Kube = Pick<Transport, 'get' | 'apply'>;

/** An operator that writes the status at the same moment may win so often in a row. */
const MAX_ATTEMPTS = 6;

/** The object, or undefined when there is none. @throws HttpError, also for one of nobody's or another's. */
export async function findLive(
  kube: Pick<Transport, 'get'>,
  place: Place,
): Promise<LiveObject | undefined> {
  const live = await read(kube, place);
  if (live && !isAtHome(place.home, live))
    throw new HttpError('conflict', `The ${place.kind} ${place.name} is not of this workspace`);
  return live;
}

async function read(kube: Pick<Transport, 'get'>, place: Place): Promise<LiveObject | undefined> {
  try {
    return await kube.get(RESOURCES[place.kind], place.at);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw toHttpError(error, askedAt(place));
  }
}

/** @throws HttpError `not_found` */
export async function getLive(kube: Pick<Transport, 'get'>, place: Place): Promise<LiveObject> {
  const live = await findLive(kube, place);
  if (live) return live;
  throw new HttpError('not_found', `There is no ${place.kind} named ${place.name}.`);
}

/** @throws HttpError `conflict` for an object that a client-side apply owns. */
export function checkEditable({ kind, name }: Place, { metadata }: LiveObject): void {
  const manager = clientSideManager(metadata);
  if (manager !== undefined)
    throw new HttpError('conflict', `The ${kind} ${name} ${appliedBy(manager)}`, {
      fields: [{ path: '', message: appliedBy(manager) }],
    });
}

/**
 * Writes a manifest. It is decided anew when somebody else wrote between reading and writing.
 * @param make the manifest for what is there; a valid one when nothing is
 * @throws HttpError
 */
export async function edit(
  kube: Kube,
  place: Place,
  make: (live: LiveObject | undefined) => ManifestValue,
  options: EditOptions = {},
): Promise<Written> {
  const { must, check, allow } = options;
  for (let attempt = 1; ; attempt += 1) {
    const live = must === 'exist' ? await getLive(kube, place) : await findLive(kube, place);
    if (live && must === 'beNew')
      throw new HttpError('conflict', `The ${place.kind} ${place.name} exists already`);
    if (live) check?.(live);
    const manifest = make(live);
    await allow?.(live ? 'patch' : 'create', specAfter(manifest, live, options));
    try {
      return await (live
        ? change(kube, place, manifest, live, options)
        : apply(kube, place, manifest, undefined, options));
    } catch (error) {
      if (isOutdated(error) && attempt < MAX_ATTEMPTS) continue;
      throw toHttpError(error, { ...askedAt(place), sent: manifest });
    }
  }
}

/** A replacement that would leave out what others own is refused; what is there goes else. */
const specAfter = (
  { spec }: ManifestValue,
  live: LiveObject | undefined,
  { replaces = false }: EditOptions,
): unknown => (replaces ? spec : mergedSpec(live?.spec, spec));

/** Changes what is there: sends what the dashboard owns already and what differs. */
async function change(
  kube: Kube,
  place: Place,
  manifest: ManifestValue,
  live: LiveObject,
  options: EditOptions,
): Promise<Written> {
  checkEditable(place, live);
  const wish = planned(place, manifest, live, options);
  return wish ? apply(kube, place, wish, live, options) : { action: 'unchanged', object: live };
}

/** @returns undefined when there is nothing to send, and was never. */
function planned(
  { kind, home }: Place,
  manifest: ManifestValue,
  live: LiveObject,
  { replaces = false, asIs = false }: EditOptions,
): ManifestValue | undefined {
  const old = { kind, metadata: live.metadata, spec: live.spec };
  const wanted = asIs ? manifest : validated(manifest, old);
  const schema = specSchemaOf(kind);
  const spec = { sent: manifest['spec'], wanted: wanted['spec'], live: live.spec };
  const problems = replaces ? takenAway(schema, spec, foreignManagers(live.metadata), 'spec') : [];
  if (problems[0])
    throw new HttpError('conflict', `${problems[0].path} ${problems[0].message}`, {
      fields: problems,
    });
  const owned = ownFields(live.metadata);
  const metadata = plannedTexts(manifest, live, labelsOf(home));
  const wish = wishOf(schema, spec, below(owned, 'spec'));
  if (wish === undefined && metadata === undefined && Object.keys(owned).length === 0)
    return undefined;
  return { ...(wish === undefined ? {} : { spec: wish }), metadata: metadata ?? {} };
}

/** Labels and annotations; those that are not mentioned at all stay as they are. */
function plannedTexts(
  manifest: ManifestValue,
  live: LiveObject,
  fixed: Readonly<Record<string, string>>,
): Record<string, unknown> | undefined {
  const owned = below(ownFields(live.metadata), 'metadata');
  const sentTexts = textsIn(manifest, fixed);
  const entries = (['labels', 'annotations'] as const).flatMap((name) => {
    const before = live.metadata[name] ?? {};
    const sent = sentTexts[name] ?? before;
    const wish = wishOf(TEXTS, { sent, wanted: sent, live: before }, below(owned, name));
    return wish === undefined ? [] : [[name, wish] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Annotations that say something about the object are not the person's to set. */
const NOT_SENT: readonly string[] = [MANAGED_BY, ...Object.values(ANNOTATIONS)];

/** @param fixed labels that are not the person's to choose either */
function textsIn(
  { metadata }: ManifestValue,
  fixed: Readonly<Record<string, string>>,
): Partial<Record<'labels' | 'annotations', object>> {
  const { labels, annotations } = isRecord(metadata) ? metadata : {};
  return {
    ...(isRecord(labels) ? { labels: { ...labels, ...fixed } } : {}),
    ...(isRecord(annotations)
      ? {
          annotations: Object.fromEntries(
            Object.entries(annotations).filter(([name]) => !NOT_SENT.includes(name)),
          ),
        }
      : {}),
  };
}

function validated(
  manifest: ManifestValue,
  old?: { readonly kind: string } & object,
): ManifestValue {
  const { status: _told, ...sent } = manifest;
  const result = validateManifest(sent, old);
  if (result.ok) return { ...result.object };
  const { kind } = manifest;
  checkApplied({ kind: String(kind), name: '', action: 'refused', problems: result.problems });
  throw new HttpError('unprocessable', `The ${String(kind)} is not valid`);
}

async function apply(
  kube: Kube,
  place: Place,
  wish: ManifestValue,
  live: LiveObject | undefined,
  { dryRun = false }: EditOptions,
): Promise<Written> {
  const { at, home, kind } = place;
  const object = {
    metadata: {
      ...at,
      ...(live ? { ...(wish['metadata'] as object), ...exactly(live) } : newTexts(wish, home)),
    },
    ...(wish['spec'] === undefined ? {} : { spec: wish['spec'] }),
  };
  const applied = await kube.apply(RESOURCES[kind], object, {
    fieldManager: FIELD_MANAGER,
    dryRun,
  });
  return { action: actionOf(live, applied), object: applied };
}

function newTexts(wish: ManifestValue, home: Home): object {
  const fixed = labelsOf(home);
  const texts = textsIn(wish, fixed);
  return texts.labels || Object.keys(fixed).length === 0 ? texts : { ...texts, labels: fixed };
}

/** Without the uid an object that was deleted meanwhile would be made again. */
const exactly = ({ metadata: { uid, resourceVersion } }: LiveObject): object => ({
  uid,
  resourceVersion,
});

/** A dry run leaves the version alone, and one more owner of the same value is no change. */
function actionOf(live: LiveObject | undefined, applied: LiveObject): Written['action'] {
  if (!live) return 'created';
  const essence = ({ metadata, spec }: LiveObject): unknown => [
    spec,
    metadata.labels,
    metadata.annotations,
  ];
  return isDeepStrictEqual(essence(live), essence(applied)) ? 'unchanged' : 'configured';
}
