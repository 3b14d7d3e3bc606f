/** A cluster in memory: knows objects and versions, nothing of owners or validation. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { ApiError } from '../../../core/kube/errors.ts';
import type { Transport } from '../../../core/kube/transport.ts';
import type { KubeObject, ObjectRef, Resource } from '../../../core/kube/types.ts';
import type { LiveObject } from '../resources.ts';

export interface Sent {
  readonly verb: 'apply' | 'mergePatch' | 'create' | 'delete';
  readonly at: string;
  readonly object: object | undefined;
  readonly options: object | undefined;
}

export interface FakeKube {
  readonly kube: Transport;
  /** By `kind/name`. */
  readonly objects: Map<string, LiveObject>;
  /** Everything that would write. */
  readonly sent: Sent[];
  /** The next calls throw these, one each; undefined lets one pass. */
  readonly failures: (Error | undefined)[];
  /** Puts an object there, as somebody else would. */
  put(
    object: { readonly kind?: unknown; readonly metadata?: unknown; readonly spec?: unknown },
    more?: object,
  ): LiveObject;
}

const notFound = (at: string): ApiError =>
  new ApiError(404, { reason: 'NotFound', message: `${at} not found` }, at);

export function fakeKube(): FakeKube {
  const objects = new Map<string, LiveObject>();
  const sent: Sent[] = [];
  const failures: (Error | undefined)[] = [];
  let version = 100;
  const fail = (): void => {
    const failure = failures.shift();
    if (failure) throw failure;
  };
  const keyOf = ({ kind }: Resource, { name }: { readonly name?: string }): string =>
    `${kind}/${name}`;
  const found = (at: string): LiveObject => objects.get(at) ?? assertFound(at);
  const assertFound = (at: string): never => {
    throw notFound(at);
  };
  const merged = (at: string, object: KubeObject): LiveObject => {
    const before = objects.get(at);
    const { spec } = object as LiveObject;
    const metadata = {
      ...before?.metadata,
      ...object.metadata,
      uid: before?.metadata.uid ?? randomUUID(),
      generation: (before?.metadata.generation ?? 0) + 1,
      resourceVersion: String((version += 1)),
    };
    return { ...before, ...object, metadata, spec: { ...before?.spec, ...spec } };
  };
  const unused = (): never => assert.fail('nobody needs this');
  const kube = {
    get: async (resource: Resource, ref: ObjectRef) => {
      fail();
      return found(keyOf(resource, ref));
    },
    apply: async (resource: Resource, object: KubeObject, options: { dryRun?: boolean }) => {
      fail();
      const at = keyOf(resource, object.metadata);
      sent.push({ verb: 'apply', at, object, options });
      const next = merged(at, object);
      if (options.dryRun !== true) objects.set(at, next);
      return next;
    },
    mergePatch: async (resource: Resource, ref: ObjectRef, patch: object, options?: object) => {
      fail();
      const at = keyOf(resource, ref);
      sent.push({ verb: 'mergePatch', at, object: patch, options });
      return found(at);
    },
    create: async (resource: Resource, object: KubeObject, options?: object) => {
      fail();
      sent.push({ verb: 'create', at: keyOf(resource, object.metadata), object, options });
      return object;
    },
    delete: async (resource: Resource, ref: ObjectRef, options?: object) => {
      fail();
      const at = keyOf(resource, ref);
      sent.push({ verb: 'delete', at, object: undefined, options });
      objects.delete(at);
    },
    list: unused,
    replace: unused,
    watch: unused,
    getPath: unused,
    close: () => {},
  };
  return {
    kube: kube as unknown as Transport,
    objects,
    sent,
    failures,
    put: (object, more = {}) => {
      const { kind, metadata, spec } = object as {
        kind: string;
        metadata: { name: string };
        spec: Record<string, unknown>;
      };
      const at = `${kind}/${metadata.name}`;
      const live = { ...merged(at, { metadata: { ...metadata, ...more }, kind }), spec };
      objects.set(at, live);
      return live;
    },
  };
}
