/** Which workspace an object of the cluster belongs to, and what it is called there. */
import type { KubeObject } from '../../services/core/kube/types.ts';
import { LABELS, SECRETS } from './names.ts';

export interface WorkspaceName {
  readonly workspace: string;
  readonly name: string;
}

export type Workspaces = (object: KubeObject) => WorkspaceName;

/**
 * A team's workspace is the namespace. In the namespace of the platform's users, where only api and
 * operator write, the workspace is a label and the name begins with it; anywhere else that label is
 * text of a tenant and means nothing.
 */
export const workspacesIn =
  (usersNamespace: string | undefined): Workspaces =>
  ({ metadata }) => {
    const { namespace = '', name = '', labels = {} } = metadata;
    const own = { workspace: namespace, name };
    const workspace = labels[LABELS.workspace];
    if (namespace !== usersNamespace || workspace === undefined) return own;
    const prefix = `${workspace}-`;
    return name.startsWith(prefix) && name.length > prefix.length
      ? { workspace, name: name.slice(prefix.length) }
      : own;
  };

/** Labels as people set them: that of a personal workspace is the platform's. */
export function ownLabels(
  { metadata: { labels = {} } }: KubeObject,
  isPersonal: boolean,
): Readonly<Record<string, string>> {
  const { [LABELS.workspace]: _workspace, ...own } = labels;
  return isPersonal ? own : labels;
}

/** How an object names others: as its people call them, within its workspace. */
export interface References {
  /** The workspace is one person's, in a namespace that it shares with others. */
  readonly isPersonal: boolean;
  /** Where an object is in the cluster that is called so here. */
  readonly placeOf: (name: string) => { readonly namespace: string; readonly name: string };
  /** Whether what was found there is meant: in a shared namespace the name alone does not say so. */
  readonly isMeant: (found: KubeObject, name: string) => boolean;
  /** What the name of a Secret must begin with that may be named: one of these, if there are any. */
  readonly secretPrefixes: readonly string[];
}

/** References never cross the label of a workspace. */
export function referencesOf(object: KubeObject, workspaces: Workspaces): References {
  const { namespace = '' } = object.metadata;
  const at = workspaces(object);
  const isPersonal = at.workspace !== namespace;
  const prefix = isPersonal ? `${at.workspace}-` : '';
  return {
    isPersonal,
    placeOf: (name) => ({ namespace, name: prefix + name }),
    isMeant: (found, name) => {
      const other = workspaces(found);
      return other.workspace === at.workspace && other.name === name;
    },
    secretPrefixes: isPersonal
      ? [SECRETS.userPrefix, SECRETS.loginPrefix].map((kind) => kind + prefix)
      : [],
  };
}
