/** `kubectl monitor doctor`: what is wrong with an installation, and what to do about it. */
import { NoAnswerError } from '../../../core/kube/errors.ts';
import { EXIT, type ExitCode } from '../../exit.ts';
import { print } from '../../io.ts';
import { printValue } from '../../output.ts';
import { plain } from '../../terminal.ts';
import type { KubectlContext } from '../cluster.ts';
import { examineAll } from '../doctor/examine.ts';
import { fail, type Finding } from '../doctor/finding.ts';
import { readSnapshot } from '../doctor/snapshot.ts';

const MARKS = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' } as const;

/** Prints each finding; exit code 1 when something is wrong. */
export async function doctor(context: KubectlContext, json: boolean): Promise<ExitCode> {
  const { io } = context;
  const found = await findAll(context);
  const isFine = found.every(({ result }) => result !== 'fail');
  if (json) printValue(io, { items: found }, 'json');
  else {
    for (const { topic, result, text } of found)
      print(io, `${MARKS[result]}  ${plain(`${topic}: ${text}`)}`);
    print(io, isFine ? 'Nothing is wrong.' : 'Something is wrong: see the lines marked FAIL.');
  }
  return isFine ? EXIT.ok : EXIT.failed;
}

async function findAll(context: KubectlContext): Promise<Finding[]> {
  const cluster = await context.cluster();
  try {
    return examineAll(await readSnapshot(cluster, context.io.now()));
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    return [fail('API server', `does not answer: ${error.message}; is the kubeconfig right?`)];
  }
}
