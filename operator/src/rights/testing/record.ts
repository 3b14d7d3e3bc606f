/** Notes what is asked of the API server, in the words of rights. */
import type { Transport, WriteOptions } from '../../../../services/core/kube/transport.ts';
import type { Resource } from '../../../../services/core/kube/types.ts';
import { grant } from '../rules.ts';

/** What the fieldSelector `metadata.name=x` selects. */
const selected = (fieldSelector: string | undefined): string =>
  /^metadata\.name=(.+)$/.exec(fieldSelector ?? '')?.[1] ?? '';

/** The transport, and everything that was asked through it. */
export function recordRights(transport: Transport): {
  readonly transport: Transport;
  readonly asked: ReadonlyMap<string, ReadonlySet<string>>;
} {
  const asked = new Map<string, Set<string>>();
  const note = (
    verb: string,
    { plural, group }: Resource,
    namespace = '',
    name = '',
    subresource?: WriteOptions['subresource'],
  ): void => {
    const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
    const grants = asked.get(namespace) ?? new Set();
    asked.set(namespace, grants.add(grant(verb, resource, group, name)));
  };
  return {
    asked,
    transport: {
      ...transport,
      get: (resource, ref, options) => {
        note('get', resource, ref.namespace, ref.name);
        return transport.get(resource, ref, options);
      },
      list: (resource, options = {}) => {
        note('list', resource, options.namespace, selected(options.fieldSelector));
        return transport.list(resource, options);
      },
      watch: (resource, options) => {
        note('watch', resource, options.namespace, selected(options.fieldSelector));
        return transport.watch(resource, options);
      },
      create: (resource, object, options) => {
        note('create', resource, object.metadata.namespace);
        return transport.create(resource, object, options);
      },
      replace: (resource, object, options) => {
        note('update', resource, object.metadata.namespace, object.metadata.name);
        return transport.replace(resource, object, options);
      },
      mergePatch: (resource, ref, patch, options) => {
        note('patch', resource, ref.namespace, ref.name, options?.subresource);
        return transport.mergePatch(resource, ref, patch, options);
      },
      apply: (resource, object, options) => {
        const { namespace, name } = object.metadata;
        note('patch', resource, namespace, name, options.subresource);
        return transport.apply(resource, object, options);
      },
      delete: (resource, ref, options) => {
        note('delete', resource, ref.namespace, ref.name);
        return transport.delete(resource, ref, options);
      },
    },
  };
}
