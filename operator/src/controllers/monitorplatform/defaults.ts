/**
 * The MonitorPlatform from the chart's values: made when it is absent, filled in where nobody has set a
 * field. Helm cannot install a resource whose kind is in the same release.
 */
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import { messageOf } from '../../../../services/core/errors.ts';
import { isConflict, isInvalid, type ApiError } from '../../../../services/core/kube/errors.ts';
import type { Transport } from '../../../../services/core/kube/transport.ts';
import type { Log } from '../../../../services/core/log.ts';
import type { ActOptions } from '../../kube/apply.ts';
import { hashOf } from '../../kube/subset.ts';
import { FIELD_MANAGERS, PLATFORM_NAME } from '../../names.ts';
import { MONITOR_PLATFORMS, type ConfigMap } from '../../resources.ts';

/** Name of the ConfigMap, and of the key in it under which the spec stands as YAML. */
export const DEFAULTS = { name: 'duckmon-defaults', key: 'platform.yaml' } as const;

/** The ConfigMap holds what is no spec, or one that the API server refuses. */
class DefaultsError extends Error {
  override name = 'DefaultsError';
}

/** Whether it is for whoever wrote the chart's values to mend. */
export const isWrongDefault = (error: unknown): boolean =>
  error instanceof DefaultsError || isInvalid(error);

export type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The spec that the chart gives; empty without a ConfigMap.
 * @throws DefaultsError that names ConfigMap and key when it is none.
 */
export function defaultSpec(configMap: ConfigMap | undefined): Fields {
  const text = configMap?.data?.[DEFAULTS.key];
  if (text === undefined) return {};
  const wrong = (why: string): DefaultsError =>
    new DefaultsError(`The key ${DEFAULTS.key} of the ConfigMap ${DEFAULTS.name} ${why}.`);
  let spec: unknown;
  try {
    spec = parse(text) ?? {};
  } catch (error) {
    throw wrong(`is no YAML: ${messageOf(error).split('\n', 1)[0]}`);
  }
  if (!isFields(spec)) throw wrong('must hold the fields of MonitorPlatform.spec');
  return spec;
}

/** `.limits.overrides[namespace="team-a"].minInterval` → names, and items by what identifies them. */
type Step = { readonly field: string } | { readonly item: Readonly<Record<string, string>> };

function stepsOf(path: string): readonly Step[] {
  return [...path.matchAll(/\.([^.[\]]+)|\[([^\]]*)\]/g)].map(([, field, item]) =>
    field === undefined ? { item: Object.fromEntries(pairsOf(item ?? '')) } : { field },
  );
}

const pairsOf = (item: string): [string, string][] =>
  [...item.matchAll(/([^=,]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]);

function without(value: unknown, steps: readonly Step[]): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return undefined;
  if ('field' in step) {
    if (!isFields(value) || !(step.field in value)) return value;
    const { [step.field]: inner, ...others } = value;
    const kept = without(inner, rest);
    return kept === undefined ? others : { ...others, [step.field]: kept };
  }
  if (!Array.isArray(value)) return value;
  const isMeant = (one: unknown): boolean =>
    isFields(one) && Object.entries(step.item).every(([name, id]) => one[name] === id);
  // An item without its other fields still says something; one that is taken whole does not.
  return value.flatMap((one: unknown) => (isMeant(one) ? (without(one, rest) ?? []) : [one]));
}

/**
 * The spec without fields that others own.
 * @param paths as the API server names them, such as `.spec.keys.rotateEvery`.
 */
export const withoutFields = (spec: Fields, paths: readonly string[]): Fields =>
  paths.reduce<Fields>((left, path) => {
    const [root, ...steps] = stepsOf(path);
    const isOurs = root !== undefined && 'field' in root && root.field === 'spec';
    return isOurs && steps.length > 0 ? ((without(left, steps) ?? {}) as Fields) : left;
  }, spec);

export interface Defaults {
  /** The platform after it, or as it would be; the given one when nothing was to be done. */
  ensure(
    platform: MonitorPlatform | undefined,
    configMap: ConfigMap | undefined,
    options: ActOptions,
  ): Promise<MonitorPlatform>;
}

export interface DefaultsDeps {
  readonly transport: Pick<Transport, 'apply'>;
  readonly namespace: string;
  readonly log: Log;
}

/** Each round leaves out what others own; new owners between two rounds are rare. */
const ROUNDS = 4;

export function createDefaults({ transport, namespace, log }: DefaultsDeps): Defaults {
  /** The wish and the version of the object's spec that it was applied to. */
  let done: string | undefined;
  const apply = async (spec: Fields, options: ActOptions): Promise<MonitorPlatform> => {
    const metadata = { namespace, name: PLATFORM_NAME };
    const how = { fieldManager: FIELD_MANAGERS.defaults, ...options };
    let wish = spec;
    for (let round = 1; ; round += 1)
      try {
        const object = { metadata, spec: wish };
        return await transport.apply(MONITOR_PLATFORMS, object, how);
      } catch (error) {
        const left = isConflict(error) ? withoutFields(wish, ownedByOthers(error)) : wish;
        if (round === ROUNDS || isDeepStrictEqual(left, wish)) throw error;
        wish = left;
      }
  };
  return {
    ensure: async (platform, configMap, options) => {
      const spec = defaultSpec(configMap);
      const doneFor = ({ metadata: { uid, generation } }: MonitorPlatform): string =>
        `${hashOf(spec)}@${uid}@${generation}`;
      if (platform && done === doneFor(platform)) return platform;
      const after = await apply(spec, options);
      if (options.dryRun === true) return after;
      if (!platform) log.info({ namespace }, 'made the MonitorPlatform');
      done = doneFor(after);
      return after;
    },
  };
}

const ownedByOthers = (error: ApiError): string[] =>
  error.details.causes.flatMap(({ field }) => field ?? []);
