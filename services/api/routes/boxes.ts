/** Where the words of a snapshot's screenshot stand. */
import { pictureBoxes } from '../../core/contracts/browser.ts';
import { HttpError } from '../../core/errors.ts';
import { getText } from '../../store/blobs.ts';
import { getSnapshot } from '../../store/snapshots.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { identified } from './schemas.ts';

export const snapshotBoxes = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/snapshots/:id/boxes',
    policy: 'read',
    tag: 'history',
    summary:
      "The words of a snapshot's screenshot, each with left, top, width and height in its pixels",
    params: identified,
    answer: pictureBoxes,
    handle: async ({ principal: { workspace }, params }) => {
      const kept = await withWorkspace(deps.pool, workspace, async (tx) => {
        const { boxesBlob } = await getSnapshot(tx, workspace, params.id);
        return boxesBlob === null ? undefined : getText(tx, workspace, boxesBlob);
      });
      if (kept === undefined)
        throw new HttpError('not_found', 'This snapshot has no boxes (any more)');
      return { body: pictureBoxes.parse(JSON.parse(kept)) };
    },
  });
