/** What an object says of how it wants to be treated, the same on every kind. Pure. */
import type { KubeObject } from '../../services/core/kube/types.ts';
import { ANNOTATIONS } from './names.ts';

const says = ({ metadata }: KubeObject, annotation: string, value: string): boolean =>
  metadata.annotations?.[annotation] === value;

/** The pause annotation: the operator keeps its hands off. */
export const isDisabled = (object: KubeObject): boolean =>
  says(object, ANNOTATIONS.reconcile, 'disabled');

/** Only the plan is shown; nothing is written but the status. */
export const isDryRun = (object: KubeObject): boolean => says(object, ANNOTATIONS.dryRun, 'true');

/** Deleted; somebody's finalizer may keep it for a while. */
export const isGoing = ({ metadata }: KubeObject): boolean =>
  metadata.deletionTimestamp !== undefined;
