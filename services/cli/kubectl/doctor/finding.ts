/** What was found about one thing, and how findings come from what could be seen. Pure. */

export interface Finding {
  readonly topic: string;
  readonly result: 'ok' | 'warn' | 'fail';
  /** What was found and, unless it is fine, what to do. */
  readonly text: string;
}

const finding =
  (result: Finding['result']) =>
  (topic: string, text: string): Finding => ({ topic, result, text });
export const ok = finding('ok');
export const warn = finding('warn');
export const fail = finding('fail');

/** What a read of the cluster gave. */
export type Seen<T> =
  | { readonly kind: 'seen'; readonly value: T }
  | { readonly kind: 'absent' }
  /** Not allowed, or no answer. */
  | { readonly kind: 'unseen'; readonly why: string };

/** What cannot be seen is said, and is no failure. */
export function lookAt<T>(
  topic: string,
  seen: Seen<T>,
  examine: { readonly seen: (value: T) => Finding[]; readonly absent: () => Finding[] },
): Finding[] {
  switch (seen.kind) {
    case 'seen':
      return examine.seen(seen.value);
    case 'absent':
      return examine.absent();
    case 'unseen':
      return [warn(topic, `cannot be seen by you: ${seen.why}`)];
    default:
      return seen satisfies never;
  }
}

/** The value, or nothing to go by. */
export const valueOf = <T>(seen: Seen<T>): T | undefined =>
  seen.kind === 'seen' ? seen.value : undefined;
