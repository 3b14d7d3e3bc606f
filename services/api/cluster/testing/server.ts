/** A real API server, and an api that writes into a namespace of it under its own account. */
import { randomBytes } from 'node:crypto';
import { useClusterWithCrds } from '../../../../scripts/testing/cluster/hooks.ts';
import { transportOf } from '../../../../crds/testing/server.ts';
import type { Transport } from '../../../core/kube/transport.ts';
import type { ObjectMeta } from '../../../core/kube/types.ts';
import { startTestApi, type Answer, type TestApi } from '../../testing/api.ts';
import { makeAccount, type Account } from './account.ts';

export interface Entry {
  readonly manager: string;
  readonly operation: string;
  readonly fieldsV1: Record<string, unknown>;
}

/** An object as kubectl prints it. */
export interface Seen {
  readonly metadata: Omit<ObjectMeta, 'managedFields'> & {
    readonly managedFields: readonly Entry[];
  };
  readonly spec: Record<string, unknown>;
}

export interface ClusterApi {
  readonly api: TestApi;
  readonly namespace: string;
  readonly account: Account;
  /** With every right. */
  readonly admin: Transport;
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** kubectl with every right, in the namespace. */
  readonly kubectl: (args: readonly string[], input?: object) => Promise<string>;
  /** What kubectl sees of an object. */
  seen(kind: string, name: string): Promise<Seen>;
}

/** One for all tests of a `describe`. */
export function useClusterApi(): () => ClusterApi {
  const cluster = useClusterWithCrds();
  let made: ClusterApi;

  before(async function () {
    this.timeout(60_000);
    const namespace = `duckmon-test-${randomBytes(5).toString('hex')}`;
    await cluster().kubectl(['create', 'namespace', namespace]);
    const account = await makeAccount(cluster(), namespace);
    const env = { OBJECTS: 'cluster', KUBECONFIG: account.kubeconfig };
    const api = await startTestApi(env, { workspace: namespace });
    const kubectl: ClusterApi['kubectl'] = (args, input) =>
      cluster().kubectl([...args, '-n', namespace], input && JSON.stringify(input));
    made = {
      api,
      namespace,
      account,
      admin: transportOf(cluster()),
      call: (method, path, body, headers) =>
        api.call(method, `/api/v1${path}`, {
          token: api.tokens.admin,
          ...(body === undefined ? {} : { body }),
          ...(headers ? { headers } : {}),
        }),
      kubectl,
      seen: async (kind, name) =>
        JSON.parse(
          await kubectl(['get', kind, name, '-o', 'json', '--show-managed-fields']),
        ) as Seen,
    };
  });

  after(async () => {
    await made.api.stop();
    made.admin.close();
    made.account.remove();
    await cluster().kubectl(['delete', 'namespace', made.namespace, '--wait=false']);
  });

  return () => made;
}
