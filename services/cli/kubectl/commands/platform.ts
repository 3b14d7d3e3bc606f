/** `kubectl monitor freeze|resume|rotate`: what administrators ask of the whole platform. */
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import { MONITOR_PLATFORMS, PLATFORM_NAME } from '../../../core/kube/kinds.ts';
import { CliError, EXIT, type ExitCode } from '../../exit.ts';
import { print } from '../../io.ts';
import { plain } from '../../terminal.ts';
import { nameOfCaller } from '../caller.ts';
import { ANNOTATIONS, type Cluster, type KubectlContext } from '../cluster.ts';
import { waitFor } from '../wait.ts';

const conditionOf = (platform: MonitorPlatform, type: string) =>
  platform.status?.conditions?.find((condition) => condition.type === type);

const late = (what: string, timeoutMs: number): CliError =>
  new CliError(
    EXIT.failed,
    `${what} within ${Math.round(timeoutMs / 1000)}s; see kubectl describe mplat ${PLATFORM_NAME}`,
  );

/** The own name under an annotation, which the API server holds to be the own; undefined when it is not known. */
export async function signed(
  { transport }: Pick<Cluster, 'transport'>,
  annotation: string,
): Promise<Record<string, string> | undefined> {
  const name = await nameOfCaller(transport);
  return name === undefined ? undefined : { [annotation]: name };
}

/** Sets `spec.suspend` and waits until the operator says that it holds. */
export async function setFrozen(
  context: KubectlContext,
  frozen: boolean,
  timeoutMs: number,
): Promise<ExitCode> {
  const { io } = context;
  const cluster = await context.cluster();
  const ref = { namespace: cluster.platform, name: PLATFORM_NAME };
  const { suspendRequestedBy, resumeRequestedBy } = ANNOTATIONS;
  const annotations = {
    // no name is left over from an earlier act
    [suspendRequestedBy]: null,
    ...(await signed(cluster, frozen ? suspendRequestedBy : resumeRequestedBy)),
  };
  const patch = { spec: { suspend: frozen }, metadata: { annotations } };
  await cluster.transport.mergePatch(MONITOR_PLATFORMS, ref, patch);
  const wanted = frozen ? 'True' : 'False';
  const seen = await waitFor(
    io,
    cluster,
    MONITOR_PLATFORMS,
    ref,
    timeoutMs,
    (platform) => conditionOf(platform, 'Frozen')?.status === wanted,
  );
  if (!seen) throw late(frozen ? 'nothing was frozen' : 'the freeze was not lifted', timeoutMs);
  print(
    io,
    frozen
      ? 'Frozen: no check begins and nothing is sent until kubectl monitor resume.'
      : 'Resumed: checks and deliveries go on.',
  );
  return EXIT.ok;
}

/** Asks for new keys; graceful unless `now`. It does not wait: readers take minutes. */
export async function rotate(context: KubectlContext, now: boolean): Promise<ExitCode> {
  const { io } = context;
  const cluster = await context.cluster();
  const { transport, platform } = cluster;
  const [at, by] = now
    ? [ANNOTATIONS.rotateNowRequestedAt, ANNOTATIONS.rotateNowRequestedBy]
    : [ANNOTATIONS.rotateRequestedAt, ANNOTATIONS.rotateRequestedBy];
  const annotations = { [at]: io.now().toISOString(), ...(await signed(cluster, by)) };
  const after = await transport.mergePatch(
    MONITOR_PLATFORMS,
    { namespace: platform, name: PLATFORM_NAME },
    { metadata: { annotations } },
  );
  const keys = conditionOf(after, 'KeysCurrent');
  print(
    io,
    now
      ? 'New keys are made at once; calls under the old ones end within two minutes.'
      : 'New keys are published; they are used when every reader has them.',
  );
  if (keys) print(io, plain(`Until now: ${keys.reason}${keys.message ? `. ${keys.message}` : ''}`));
  print(io, `Follow it: kubectl get mplat ${PLATFORM_NAME} -n ${platform} -w`);
  return EXIT.ok;
}
