/** An Event as events.k8s.io/v1 wants it. Pure. */
import { defineResource, type KubeObject } from '../../../services/core/kube/types.ts';
import { microTime } from './times.ts';

export interface EventText {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, such as `Created`. */
  readonly reason: string;
  /** What was done or tried, CamelCase, such as `Reconcile`. */
  readonly action: string;
  /** For people; cut at 1,024 bytes. */
  readonly note: string;
}

export interface KubeEvent extends KubeObject {
  readonly eventTime: string;
  readonly type: string;
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly regarding: Readonly<Record<string, string | undefined>>;
}

export const EVENTS = defineResource<KubeEvent>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
});

/** Where events about objects of the whole cluster live. */
const CLUSTER_NAMESPACE = 'default';
const NOTE_BYTES = 1024;
const INSTANCE_LENGTH = 128;
const NAME_LENGTH = 200;
const ELLIPSIS = '…';

export interface Reporter {
  readonly controller: string;
  readonly instance: string;
  readonly now: Date;
  /** Makes the name unique. */
  readonly id: string;
}

export function eventFor(
  about: { readonly apiVersion: string; readonly kind: string; readonly object: KubeObject },
  text: EventText,
  reporter: Reporter,
): KubeEvent {
  const { name = '', namespace, uid, resourceVersion } = about.object.metadata;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: {
      name: `${name.slice(0, NAME_LENGTH)}.${reporter.id}`,
      namespace: namespace ?? CLUSTER_NAMESPACE,
    },
    eventTime: microTime(reporter.now),
    type: text.type,
    reason: text.reason,
    action: text.action,
    note: cut(text.note),
    reportingController: reporter.controller,
    reportingInstance: reporter.instance.slice(0, INSTANCE_LENGTH),
    regarding: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name,
      namespace,
      uid,
      resourceVersion,
    },
  };
}

/** At most so many bytes of UTF-8, never within a character. */
function cut(note: string): string {
  const bytes = Buffer.from(note);
  if (bytes.length <= NOTE_BYTES) return note;
  const kept = bytes.subarray(0, NOTE_BYTES - Buffer.byteLength(ELLIPSIS)).toString('utf8');
  return kept.replace(/�+$/, '') + ELLIPSIS;
}
