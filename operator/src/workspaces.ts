/** Which workspace an object of the cluster belongs to, and what it is called there. */
import type { KubeObject } from '../../services/core/kube/types.ts';
import { LABELS } from './names.ts';

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
