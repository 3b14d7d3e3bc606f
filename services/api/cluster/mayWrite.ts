/** Whether a person may do something in the cluster; asked before everything that is written there. */
import { HttpError } from '../../core/errors.ts';
import type { ApiConfig } from '../config.ts';
import type { Principal } from '../principal.ts';

export interface Wish {
  readonly verb: 'create' | 'patch' | 'delete';
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** @throws HttpError `forbidden` */
export type MayWrite = (principal: Principal, wish: Wish) => Promise<void>;

/**
 * With a kubeconfig the one local person may do what the kubeconfig may: the API server decides. In a
 * pod everybody acts through the api's own account, which may do more than each of them: nothing is
 * written before the cluster itself can be asked about the person.
 */
export const mayWriteBy = ({ KUBECONFIG }: Pick<ApiConfig, 'KUBECONFIG'>): MayWrite =>
  KUBECONFIG === undefined
    ? async () => {
        throw new HttpError(
          'forbidden',
          'People cannot be told apart by the cluster yet, so nothing is written there for them; use kubectl',
        );
      }
    : async () => {};
