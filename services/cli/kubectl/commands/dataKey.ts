/** `kubectl monitor rotate --data-key`: turns the key of what is stored, and says how far that is. */
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import { MONITOR_PLATFORMS, PLATFORM_NAME } from '../../../core/kube/kinds.ts';
import { EXIT, type ExitCode } from '../../exit.ts';
import { print } from '../../io.ts';
import { plain } from '../../terminal.ts';
import { ANNOTATIONS, type KubectlContext } from '../cluster.ts';
import { signed } from './platform.ts';

/** While one rotation is under way no other is asked for. */
export async function rotateDataKey(context: KubectlContext): Promise<ExitCode> {
  const { io } = context;
  const cluster = await context.cluster();
  const { transport, platform: namespace } = cluster;
  const ref = { namespace, name: PLATFORM_NAME };
  const seen = await transport.get(MONITOR_PLATFORMS, ref);
  if (isRotating(seen)) {
    print(io, plain(`A rotation is under way. ${progressOf(seen)}`));
    return EXIT.ok;
  }
  const annotations = {
    [ANNOTATIONS.rotateDataKeyRequestedAt]: io.now().toISOString(),
    ...(await signed(cluster, ANNOTATIONS.rotateDataKeyRequestedBy)),
  };
  await transport.mergePatch(MONITOR_PLATFORMS, ref, { metadata: { annotations } });
  print(
    io,
    'A new data key is made; everything stored is sealed again with it, and then the old one goes, after a quarter of an hour at the earliest.',
  );
  print(
    io,
    `Backups from before need the old one: as long as you keep them, keep a copy of the Secret duckmon-data-key in ${namespace} as it is now.`,
  );
  print(io, 'Run the same again to see how far it is.');
  return EXIT.ok;
}

const isRotating = ({ status }: MonitorPlatform): boolean =>
  (status?.keys ?? []).some(({ ring, state }) => ring === 'Data' && state !== 'Current');

const progressOf = ({ status }: MonitorPlatform): string =>
  status?.conditions?.find(({ type }) => type === 'DataKeyRotating')?.message ??
  'How far it is was not said yet; look again in a minute.';
