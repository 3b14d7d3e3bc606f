/** Where the words of a kept screenshot stand: asked for with it, and kept beside it. */
import type { Source } from '../../../crds/types/monitorjob.ts';
import type { FetchRequest, FetchResult, PictureBoxes } from '../../core/contracts/browser.ts';
import { InternalCallError } from '../../core/internal/client.ts';

/** Most bytes of what is kept; words of 12,000 boxes seldom need a third of it. */
const MOST_BYTES = 1024 * 1024;

/** The parts of a page in which quotes are looked for: those that are watched. */
export const watchedParts = ({ select }: Source): NonNullable<FetchRequest['boxes']> => ({
  ...(select?.include ? { include: [...select.include] } : {}),
  ...(select?.exclude ? { exclude: [...select.exclude] } : {}),
});

/**
 * Sends a request; a browser service from before boxes refuses them before it does anything, and is asked
 * again without.
 */
export async function sendAsUnderstood<R extends Pick<FetchRequest, 'boxes'>>(
  request: R,
  send: (request: R) => Promise<FetchResult>,
): Promise<FetchResult> {
  try {
    return await send(request);
  } catch (error) {
    if (request.boxes === undefined || !isRefusal(error)) throw error;
    return send({ ...request, boxes: undefined });
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof InternalCallError &&
  error.problem.kind === 'refused' &&
  error.problem.status === 400;

/** What is kept of a result's boxes; nothing without a picture. */
export function keptBoxes({
  screenshot,
  boxes = [],
}: Extract<FetchResult, { kind: 'page' }>): Buffer | undefined {
  if (!screenshot || boxes.length === 0) return undefined;
  const { width, height } = screenshot;
  const kept: PictureBoxes = { width, height, words: boxes };
  const content = Buffer.from(JSON.stringify(kept));
  return content.byteLength <= MOST_BYTES ? content : undefined;
}
