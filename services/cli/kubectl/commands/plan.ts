/** `kubectl monitor plan`: what the operator would do about a job, without doing it. */
import { MONITOR_JOBS } from '../../../core/kube/kinds.ts';
import { CliError, EXIT, type ExitCode } from '../../exit.ts';
import { print } from '../../io.ts';
import { plain } from '../../terminal.ts';
import { ANNOTATIONS, type KubectlContext } from '../cluster.ts';
import { waitFor } from '../wait.ts';

/**
 * Puts the annotation of a dry run on the job, shows the plan and takes the annotation off again; what
 * the scheduler has goes on meanwhile.
 */
export async function plan(
  context: KubectlContext,
  name: string,
  timeoutMs: number,
): Promise<ExitCode> {
  const { io } = context;
  const cluster = await context.cluster();
  const ref = { namespace: cluster.namespace, name };
  const mark = (value: string | null): Promise<unknown> =>
    cluster.transport.mergePatch(MONITOR_JOBS, ref, {
      metadata: { annotations: { [ANNOTATIONS.dryRun]: value } },
    });
  const before = await cluster.transport.get(MONITOR_JOBS, ref);
  const wasMarked = before.metadata.annotations?.[ANNOTATIONS.dryRun];
  if (wasMarked !== 'true') await mark('true');
  try {
    const job = await waitFor(
      io,
      cluster,
      MONITOR_JOBS,
      ref,
      timeoutMs,
      ({ status, metadata }) =>
        (status?.plan?.length ?? 0) > 0 && status?.observedGeneration === metadata.generation,
    );
    if (!job)
      throw new CliError(
        EXIT.failed,
        `the operator showed no plan within ${Math.round(timeoutMs / 1000)}s; is it running?`,
      );
    for (const step of job.status?.plan ?? []) print(io, plain(`- ${step}`));
    return EXIT.ok;
  } finally {
    if (wasMarked !== 'true') await mark(wasMarked ?? null);
  }
}
