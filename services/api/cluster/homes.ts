/** Where the objects of a workspace are in the cluster, and under which names. Pure. */
import { DNS_LABEL } from '../../core/dnsLabel.ts';
import { HttpError } from '../../core/errors.ts';
import { LABELS, SECRET_PREFIXES } from './names.ts';
import type { Kind, LiveObject } from './resources.ts';

/**
 * A team's workspace is a namespace. All personal ones share a namespace of the platform, where the
 * name of an object begins with the workspace and a label names it.
 */
export interface Home {
  readonly workspace: string;
  readonly namespace: string;
  readonly isPersonal: boolean;
}

export type Homes = (workspace: string) => Home;

/** Of equal length, so that no name of one workspace can begin with another. */
const PERSONAL = /^u-[0-9a-f]{16}$/;

/** Whether a workspace has this name by being a person's; no team's has. */
export const isPersonalName = (workspace: string): boolean => PERSONAL.test(workspace);

export const homesIn =
  (usersNamespace: string | undefined): Homes =>
  (workspace) =>
    usersNamespace !== undefined && isPersonalName(workspace)
      ? { workspace, namespace: usersNamespace, isPersonal: true }
      : { workspace, namespace: workspace, isPersonal: false };

/** One object: what people call it, and where it is. */
export interface Place {
  readonly kind: Kind;
  readonly home: Home;
  readonly name: string;
  /** In the cluster. */
  readonly at: { readonly namespace: string; readonly name: string };
}

/** @throws HttpError for what can be no name there. */
export function placeIn(home: Home, kind: Kind, name: string): Place {
  const full = home.isPersonal ? `${home.workspace}-${name}` : name;
  if (!DNS_LABEL.test(name)) throw new HttpError('not_found', `There is no ${kind} named ${name}.`);
  if (!DNS_LABEL.test(full)) throw tooLong(63 - home.workspace.length - 1);
  return { kind, home, name, at: { namespace: home.namespace, name: full } };
}

function tooLong(most: number): HttpError {
  const field = {
    path: 'metadata.name',
    message: `must have at most ${most} characters in a personal workspace`,
  };
  return new HttpError('unprocessable', `${field.path} ${field.message}`, { fields: [field] });
}

/** The label that names the workspace, on what belongs to a person. */
export const labelsOf = ({ isPersonal, workspace }: Home): Readonly<Record<string, string>> =>
  isPersonal ? { [LABELS.workspace]: workspace } : {};

/** Whether an object is of the workspace: the name alone does not make it so. */
export const isAtHome = (home: Home, { metadata }: LiveObject): boolean =>
  !home.isPersonal || metadata.labels?.[LABELS.workspace] === home.workspace;

/** What the names of Secrets that people make there begin with. */
export const secretPrefixes = ({ isPersonal, workspace }: Home): readonly string[] =>
  SECRET_PREFIXES.map((prefix) => (isPersonal ? `${prefix}${workspace}-` : prefix));
