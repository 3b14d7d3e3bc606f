/** Requests to the API server over connections that are kept. */
import { answered, watched, type CallDeps, type CallOptions } from './call.ts';
import type { Request } from './exchange.ts';
import { collectionPath, objectPath } from './paths.ts';
import {
  apiVersionOf,
  type KubeList,
  type KubeObject,
  type ObjectMeta,
  type ObjectRef,
  type Resource,
  type WatchEvent,
} from './types.ts';

export type { CallOptions } from './call.ts';

export interface WriteOptions extends CallOptions {
  readonly fieldManager?: string | undefined;
  /** The server decides and answers, and stores nothing. */
  readonly dryRun?: boolean | undefined;
  readonly subresource?: 'status' | 'scale' | undefined;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Takes fields that other managers own. Only for what we own. */
  readonly force?: boolean | undefined;
}

export interface Selection {
  /** All namespaces when absent. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ListOptions extends Selection, CallOptions {
  /** Objects an answer; the rest by `continue`. */
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
}

export interface WatchOptions extends Selection {
  readonly signal?: AbortSignal | undefined;
  readonly resourceVersion: string;
  /** After it the server ends the stream. */
  readonly timeoutSeconds: number;
}

export interface DeleteOptions extends CallOptions {
  /** Only this one, not another that has taken its name since. */
  readonly uid?: string | undefined;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
  readonly dryRun?: boolean | undefined;
}

/** Every method throws `ApiError` or `NoAnswerError`, or the reason of its aborted signal. */
export interface Transport {
  get<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    options?: CallOptions,
  ): Promise<T>;
  list<T extends KubeObject>(resource: Resource<T>, options?: ListOptions): Promise<KubeList<T>>;
  create<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    options?: WriteOptions,
  ): Promise<T>;
  /** PUT; creates when the object is absent and the kind allows it. */
  replace<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    options?: WriteOptions,
  ): Promise<T>;
  /** RFC 7386; a list in it replaces the whole list. */
  mergePatch<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    patch: object,
    options?: WriteOptions,
  ): Promise<T>;
  /** Server-side apply of a whole or partial object; kind and apiVersion are filled in. */
  apply<T extends KubeObject>(
    resource: Resource<T>,
    object: KubeObject,
    options: ApplyOptions,
  ): Promise<T>;
  delete(resource: Resource, ref: ObjectRef, options?: DeleteOptions): Promise<void>;
  /** Events one by one with bookmarks, until the server ends the stream. */
  watch<T extends KubeObject>(
    resource: Resource<T>,
    options: WatchOptions,
  ): AsyncIterable<WatchEvent<T>>;
  /** Any other path, such as `/openid/v1/jwks` or `/version`. */
  getPath(path: string, options?: CallOptions): Promise<unknown>;
  /** Ends all connections; running calls fail. */
  close(): void;
}

const JSON_TYPE = 'application/json';
/** Public keys of service accounts have a type of their own. */
const ANY_JSON = 'application/json, application/jwk-set+json';
const MERGE_PATCH = 'application/merge-patch+json';
/** JSON is YAML. */
const APPLY_PATCH = 'application/apply-patch+yaml';

/** A transport over one connection set-up. */
export function createTransport(deps: CallDeps): Transport {
  const call = async <T>(request: () => Request, options: CallOptions = {}): Promise<T> =>
    (await answered(deps, request(), options)) as T;
  const read = <T>(path: () => string, options?: CallOptions): Promise<T> =>
    call(() => ({ method: 'GET', path: path() }), options);
  return {
    get: (resource, ref, options) => read(() => objectPath(resource, ref), options),
    list: (resource, options = {}) => read(() => listPath(resource, options), options),
    create: (resource, object, options) =>
      call(
        () => writing('POST', collectionOf(resource, object, options), JSON_TYPE, object),
        options,
      ),
    replace: (resource, object, options) =>
      call(
        () => writing('PUT', pathOf(resource, object.metadata, options), JSON_TYPE, object),
        options,
      ),
    mergePatch: (resource, ref, patch, options) =>
      call(() => writing('PATCH', pathOf(resource, ref, options), MERGE_PATCH, patch), options),
    apply: (resource, object, options) => {
      const whole = { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind };
      const path = (): string => pathOf(resource, object.metadata, options);
      return call(() => writing('PATCH', path(), APPLY_PATCH, whole), options);
    },
    delete: (resource, ref, options = {}) =>
      call(
        () => writing('DELETE', objectPath(resource, ref), JSON_TYPE, deletion(options)),
        options,
      ),
    watch: <T extends KubeObject>(resource: Resource<T>, options: WatchOptions) =>
      watched<T>(deps, { method: 'GET', path: watchPath(resource, options) }, options.signal),
    getPath: (path, options) => call(() => ({ method: 'GET', path, accept: ANY_JSON }), options),
    close: () => deps.connection.close(),
  };
}

const writing = (
  method: Request['method'],
  path: string,
  type: string,
  value: object,
): Request => ({ method, path, body: { type, text: JSON.stringify(value) } });

const listPath = (resource: Resource, options: ListOptions): string =>
  collectionPath(resource, options.namespace, {
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    limit: options.limit,
    continue: options.continue,
  });

const watchPath = (resource: Resource, options: WatchOptions): string =>
  collectionPath(resource, options.namespace, {
    watch: true,
    allowWatchBookmarks: true,
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    resourceVersion: options.resourceVersion,
    timeoutSeconds: options.timeoutSeconds,
  });

const collectionOf = (resource: Resource, object: KubeObject, options?: WriteOptions): string => {
  const { namespace } = object.metadata;
  if (resource.namespaced && namespace === undefined)
    throw new Error(`A new ${resource.kind} needs a namespace.`);
  return collectionPath(resource, resource.namespaced ? namespace : undefined, decided(options));
};

const pathOf = (
  resource: Resource,
  { namespace, name = '' }: ObjectMeta | ObjectRef,
  options?: WriteOptions & { readonly force?: boolean | undefined },
): string =>
  objectPath(resource, { namespace, name }, options?.subresource, {
    ...decided(options),
    force: options?.force,
  });

const decided = (options: WriteOptions = {}): Record<string, string | undefined> => ({
  fieldManager: options.fieldManager,
  dryRun: options.dryRun === true ? 'All' : undefined,
});

const deletion = ({ uid, propagationPolicy = 'Background', dryRun }: DeleteOptions): object => ({
  apiVersion: 'v1',
  kind: 'DeleteOptions',
  propagationPolicy,
  ...(uid !== undefined && { preconditions: { uid } }),
  ...(dryRun === true && { dryRun: ['All'] }),
});
