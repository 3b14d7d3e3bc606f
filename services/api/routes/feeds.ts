/** Feeds of findings: secret addresses that programs read without a session. */
import type { Response } from 'express';
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import {
  createFeed,
  findFeed,
  listFeeds,
  revokeFeed,
  touchFeed,
  type FoundFeed,
} from '../../store/feeds.ts';
import { listFindings } from '../../store/findings.ts';
import { withTokenHash, withWorkspace } from '../../store/workspace.ts';
import { audit } from '../audit.ts';
import { refuse } from '../authenticate.ts';
import { hashSecret, newSecret } from '../cookie.ts';
import type { ApiDeps } from '../deps.ts';
import { isSeen, renderFeed, type FeedFormat, type RenderedFeed } from '../feeds/render.ts';
import type { Principal } from '../principal.ts';
import { defineRoute, type Route } from '../route.ts';
import { objectName, present, time } from './schemas.ts';

const base = '/api/v1/feeds';
const tag = 'feeds';
const PATHS: Readonly<Record<FeedFormat, string>> = {
  atom: '/api/v1/feed.xml',
  json: '/api/v1/feed.json',
};
/** Findings of a feed; readers keep what they have seen. */
const MOST_ITEMS = 50;
const TOUCH_AFTER_MS = 60_000;
/** How long a reader may go on without asking, in seconds. */
const FRESH_SECONDS = 60;

export const feedRoutes = (deps: ApiDeps): Route[] => [
  list(deps),
  create(deps),
  revoke(deps),
  read(deps, 'atom', 'Findings as an Atom feed, by a secret address'),
  read(deps, 'json', 'Findings as a JSON Feed, by a secret address'),
];

const line = z.strictObject({
  id: z.string(),
  /** Null is all monitors of the workspace. */
  monitor: z.string().nullable(),
  createdAt: time,
  lastUsedAt: time.nullable(),
});

/** As with API tokens: what leaked must not be able to make itself a successor. */
function checkIsPerson({ via }: Principal): void {
  if (via !== 'session')
    throw new HttpError('forbidden', 'Feeds are made and ended in the dashboard, by no token');
}

const list = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: base,
    policy: 'read',
    tag,
    summary: 'The own feeds of the workspace that are alive, the newest first; not their addresses',
    answer: z.strictObject({ items: z.array(line) }),
    handle: async ({ principal }) => {
      checkIsPerson(principal);
      const { workspace, userId } = principal;
      const feeds = await withWorkspace(deps.pool, workspace, (tx) =>
        listFeeds(tx, workspace, userId),
      );
      return { body: { items: feeds.map((feed) => present(line, feed)) } };
    },
  });

const create = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: base,
    policy: 'read',
    tag,
    limit: 'costly',
    summary: 'Makes a feed; its secret addresses are in this answer and nowhere else',
    status: 201,
    body: z.strictObject({
      /** All monitors when absent. */
      monitor: objectName.optional(),
    }),
    answer: z.strictObject({ ...line.shape, atomUrl: z.string(), jsonUrl: z.string() }),
    handle: async ({ principal, body: { monitor = null } }) => {
      checkIsPerson(principal);
      const { workspace, userId } = principal;
      const secret = newSecret();
      const feed = { workspace, id: deps.newId(), userId, monitor, createdAt: deps.clock.now() };
      await withWorkspace(deps.pool, workspace, async (tx) => {
        await createFeed(tx, { ...feed, tokenHash: hashSecret(secret) });
        await audit(tx, deps, principal, 'feed.create', 'feed', feed.id);
      });
      const [atomUrl, jsonUrl] = [addressOf(deps, 'atom', secret), addressOf(deps, 'json', secret)];
      return { body: { ...present(line, { ...feed, lastUsedAt: null }), atomUrl, jsonUrl } };
    },
  });

function addressOf({ config }: ApiDeps, format: FeedFormat, secret: string): string {
  const url = new URL(PATHS[format], config.PUBLIC_URL);
  url.searchParams.set('token', secret);
  return url.href;
}

const revoke = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'delete',
    path: `${base}/:id`,
    policy: 'read',
    tag,
    summary: 'Ends one of the own feeds; its addresses are void',
    status: 204,
    params: z.strictObject({ id: z.uuid('must be the id of a feed in the list') }),
    handle: async ({ principal, params: { id } }) => {
      checkIsPerson(principal);
      const { workspace, userId } = principal;
      await withWorkspace(deps.pool, workspace, async (tx) => {
        if (!(await revokeFeed(tx, workspace, userId, id, deps.clock.now())))
          throw new HttpError('not_found', 'There is no such feed.');
        await audit(tx, deps, principal, 'feed.revoke', 'feed', id);
      });
      return { body: undefined };
    },
  });

const read = (deps: ApiDeps, format: FeedFormat, summary: string): Route =>
  defineRoute({
    method: 'get',
    path: PATHS[format],
    policy: 'public',
    tag,
    limit: 'costly',
    summary,
    query: z.strictObject({ token: z.string().min(20).max(200) }),
    handle: async ({ query, request, response }) => {
      const feed = await open(deps, hashSecret(query.token));
      if (!feed) {
        refuse(deps, request, 'feed');
        throw new HttpError(
          'not_found',
          'This feed was ended, or there never was one; make another in the dashboard',
        );
      }
      const { workspace, monitor } = feed;
      const { items } = await withWorkspace(deps.pool, workspace, (tx) =>
        listFindings(tx, workspace, { monitor: monitor ?? undefined, limit: MOST_ITEMS }),
      );
      const rendered = renderFeed(format, feed, items, deps.config.PUBLIC_URL);
      send(response, rendered, isSeen(request.get('if-none-match'), rendered.etag));
      return undefined;
    },
  });

/** The feed of an address while whoever made it may read the workspace. */
async function open(deps: ApiDeps, hash: Buffer): Promise<FoundFeed | undefined> {
  const now = deps.clock.now();
  const feed = await withTokenHash(deps.pool, hash, async (tx) => {
    const found = await findFeed(tx, hash);
    const isStale =
      found &&
      (found.lastUsedAt === null || now.getTime() - found.lastUsedAt.getTime() > TOUCH_AFTER_MS);
    if (isStale) await touchFeed(tx, hash, now);
    return found;
  });
  return feed && (await deps.memberships.ofToken(feed)) ? feed : undefined;
}

function send(
  response: Response,
  { type, body, etag, lastModified }: RenderedFeed,
  isKnown: boolean,
) {
  response.setHeader('cache-control', `private, max-age=${FRESH_SECONDS}`);
  response.setHeader('etag', etag);
  response.setHeader('last-modified', lastModified.toUTCString());
  // A feed is for readers, not to be found by its address.
  response.setHeader('x-robots-tag', 'noindex');
  if (isKnown) response.status(304).end();
  else response.status(200).type(type).send(body);
}
