/** `kubectl monitor run`: asks for a check by the annotation, and may wait for its answer. */
import { MONITOR_JOBS } from '../../../core/kube/kinds.ts';
import { CliError, EXIT, type ExitCode } from '../../exit.ts';
import { print } from '../../io.ts';
import { plain } from '../../terminal.ts';
import { ANNOTATIONS, type KubectlContext } from '../cluster.ts';
import { waitFor } from '../wait.ts';

export interface RunOptions {
  readonly wait: boolean;
  readonly timeoutMs: number;
}

/** Exit code 1 when the check failed or no answer came in time. */
export async function run(
  context: KubectlContext,
  name: string,
  { wait, timeoutMs }: RunOptions,
): Promise<ExitCode> {
  const { io } = context;
  const cluster = await context.cluster();
  const ref = { namespace: cluster.namespace, name };
  const wish = io.now().toISOString();
  await cluster.transport.mergePatch(MONITOR_JOBS, ref, {
    metadata: { annotations: { [ANNOTATIONS.runRequestedAt]: wish } },
  });
  if (!wait) {
    print(io, `monitorjob/${name} is asked to run; see kubectl monitor status ${name}`);
    return EXIT.ok;
  }
  const job = await waitFor(
    io,
    cluster,
    MONITOR_JOBS,
    ref,
    timeoutMs,
    ({ status }) => status?.lastHandledRunRequest === wish,
  );
  if (!job)
    throw new CliError(
      EXIT.failed,
      `${name} was not checked within ${Math.round(timeoutMs / 1000)}s; see kubectl monitor why ${name}`,
    );
  const outcome = job.status?.lastCheck?.outcome ?? 'checked';
  const message = job.status?.lastCheck?.message;
  print(io, plain(`${name}: ${outcome}${message ? ` (${message})` : ''}`));
  return outcome === 'Failed' ? EXIT.failed : EXIT.ok;
}
