/** Messages between scheduler and browser (port 8001). */
import { z } from 'zod';
import { objectName, sha256Hex, workspaceId } from './common.ts';

export const FETCH_PATH = '/internal/v1/fetch';

/** Most bytes of a document that is kept, compressed. */
export const MAX_DOCUMENT_BYTES = 2 * 1024 * 1024;

/** Most bytes of what is kept of a session. */
export const MAX_SESSION_BYTES = 64 * 1024;

export const ROLES = [
  'Button',
  'Link',
  'Textbox',
  'Checkbox',
  'Radio',
  'Combobox',
  'Tab',
  'Menuitem',
] as const;
export const KEYS = [
  'Enter',
  'Tab',
  'Escape',
  'Space',
  'Backspace',
  'Delete',
  'ArrowUp',
  'ArrowDown',
  'ArrowLeft',
  'ArrowRight',
  'PageUp',
  'PageDown',
  'Home',
  'End',
] as const;

/** Something in the page: CSS or `xpath:`, words that it shows, or what it is. */
const stepTarget = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('selector'), selector: z.string().max(512) }),
  z.strictObject({ by: z.literal('text'), text: z.string().max(256) }),
  z.strictObject({
    by: z.literal('role'),
    role: z.enum(ROLES),
    name: z.string().max(256).optional(),
  }),
]);
export type StepTarget = z.infer<typeof stepTarget>;

/** One thing that the browser does before it reads the page. */
export const pageStep = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('click'), target: stepTarget }),
  z.strictObject({ kind: z.literal('type'), target: stepTarget, value: z.string().max(1024) }),
  /** Types the value of a key of the login, or the present code of the authenticator that it is. */
  z.strictObject({
    kind: z.literal('typeSecret'),
    target: stepTarget,
    key: z.string().max(253),
    totp: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('press'), key: z.enum(KEYS) }),
  z.strictObject({ kind: z.literal('select'), target: stepTarget, value: z.string().max(256) }),
  z.strictObject({ kind: z.literal('wait'), target: stepTarget }),
  z.strictObject({ kind: z.literal('pause'), ms: z.number().int().min(0).max(60_000) }),
  z.strictObject({ kind: z.literal('goto'), url: z.string().max(2048) }),
]);
export type PageStep = z.infer<typeof pageStep>;

/** How the steps sign in. */
export const fetchSession = z.strictObject({
  /** `values` are absent where the Secret is mounted into the pod of the browser. */
  login: z
    .strictObject({
      name: objectName,
      values: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  /** Whether what signs in is answered, to be kept for the next check. */
  persist: z.boolean(),
  /** What the last check answered. */
  state: z.string().max(MAX_SESSION_BYTES).optional(),
});
export type FetchSession = z.infer<typeof fetchSession>;

/** The part of a MonitorJob's source that a fetch needs; mirrors `crds/types` after defaulting. */
export const fetchSource = z.strictObject({
  name: z.string(),
  url: z.string().max(2048),
  format: z.enum(['Auto', 'Html', 'Json', 'Feed', 'Text', 'Pdf']),
  http: z
    .strictObject({
      method: z.enum(['GET', 'POST', 'HEAD']),
      headers: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional(),
      body: z.string().optional(),
    })
    .optional(),
  select: z
    .strictObject({
      include: z.array(z.string()).optional(),
      exclude: z.array(z.string()).optional(),
    })
    .optional(),
  waitFor: z.strictObject({ selector: z.string(), timeoutMs: z.number().int() }).optional(),
  viewport: z.strictObject({ width: z.number().int(), height: z.number().int() }),
  consent: z.enum(['Auto', 'Off']),
  userAgent: z.string().optional(),
  locale: z.string(),
  timeZone: z.string(),
  loggedOutSelector: z.string().optional(),
  steps: z.array(pageStep).max(30).optional(),
  /**
   * What conditions and values read numbers from; `select` is CSS, `xpath:`, `jsonpath:` or `regex:`.
   * With `all` each text that it finds is answered, one a line.
   */
  values: z
    .array(
      z.strictObject({ name: z.string(), select: z.string(), all: z.literal(true).optional() }),
    )
    .max(30),
});
export type FetchSource = z.infer<typeof fetchSource>;

export const fetchRequest = z.strictObject({
  workspace: workspaceId,
  monitor: objectName,
  /** The same for all fetches of one check: a pod that takes only one check knows it by this. */
  checkId: z.uuid(),
  source: fetchSource,
  /** The scheduler decides by the job's `fetch`, what it learned, and the baseline's extractor. */
  via: z.enum(['http', 'browser']),
  /** Over HTTP only: also answer whether the page looks as if it needed JavaScript. */
  probeJavaScript: z.boolean(),
  /** Validators of the last snapshot; an unchanged page then answers `notModified`. */
  validators: z
    .strictObject({ etag: z.string().optional(), lastModified: z.string().optional() })
    .optional(),
  screenshot: z.boolean(),
  /** With the screenshot: what a person can point at in it. */
  elements: z.boolean().optional(),
  /** With the screenshot: where its words stand; only below `include` where that finds something. */
  boxes: z
    .strictObject({
      include: z.array(z.string()).optional(),
      exclude: z.array(z.string()).optional(),
    })
    .optional(),
  /** Keep the decoded document in the answer (for back-tests of selectors). */
  keepDocument: z.boolean(),
  /** SHA-256 of a text that is known: the document of a page that reads the same is left out. */
  knownText: sha256Hex.optional(),
  /** Whole time for this fetch. */
  timeoutMs: z.number().int().positive().max(120_000),
  /** A browser process of its own (isolation above Shared). */
  ownBrowser: z.boolean(),
  session: fetchSession.optional(),
  /** Signed credential for the egress proxy. */
  egressCredential: z.string(),
});
export type FetchRequest = z.infer<typeof fetchRequest>;

const pageSign = z.strictObject({
  kind: z.enum([
    'captcha',
    'botWall',
    'consentWall',
    'loginForm',
    'loggedOutSelector',
    'geoBlock',
    'errorTemplate',
    'emptyAppShell',
  ]),
  evidence: z.string().max(500),
});

export const fetchedPage = z.strictObject({
  extractor: z.enum(['http@1', 'browser@1']),
  requestedUrl: z.string(),
  finalUrl: z.string(),
  redirects: z.array(z.string()),
  status: z.number().int(),
  contentType: z.string(),
  title: z.string(),
  text: z.string(),
  bytes: z.number().int(),
  htmlHash: sha256Hex,
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  signs: z.array(pageSign),
  warnings: z.array(z.string()),
  /** Text found for each asked value; null where its selector found nothing. */
  values: z.record(z.string(), z.string().nullable()),
});

/** Most elements of one picture, and characters of a selector. */
export const MOST_ELEMENTS = 400;
export const MOST_SELECTOR = 200;

/** An element of a screenshot, in its pixels, with the selector that finds it alone. */
export const pictureElement = z.strictObject({
  left: z.number().int(),
  top: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
  selector: z.string().max(MOST_SELECTOR),
  label: z.string().max(80),
});
export type PictureElement = z.infer<typeof pictureElement>;

/** Most boxes of one picture, and characters of one. */
export const MOST_BOXES = 12_000;
export const MOST_BOX_TEXT = 32;

/**
 * A word of a screenshot and its place in pixels; '' where the word before goes on in the next line.
 * What a page says of itself: text and numbers, never markup.
 */
export const wordBox = z.tuple([
  z.string().max(MOST_BOX_TEXT),
  z.number().int().min(0).describe('left'),
  z.number().int().min(0).describe('top'),
  z.number().int().min(1).describe('width'),
  z.number().int().min(1).describe('height'),
]);
export type WordBox = z.infer<typeof wordBox>;

/** What is kept of the places beside a screenshot. */
export const pictureBoxes = z.strictObject({
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  words: z.array(wordBox).max(MOST_BOXES),
});
export type PictureBoxes = z.infer<typeof pictureBoxes>;

const timings = z.strictObject({
  totalMs: z.number(),
  firstByteMs: z.number().optional(),
  settledMs: z.number().optional(),
});

export const fetchErrorCode = z.enum([
  'timeout',
  'nameNotFound',
  'connectionRefused',
  'connectionReset',
  'tls',
  'addressForbidden',
  'tooManyRedirects',
  'redirectForbidden',
  'tooLarge',
  'download',
  'unsupportedContent',
  'decodeFailed',
  'selectorInvalid',
  'selectorMissing',
  'stepFailed',
  'loggedOut',
  'outOfMemory',
  'limitExceeded',
  'browserCrashed',
  'busy',
  'internal',
]);

export const fetchResult = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('page'),
    page: fetchedPage,
    /** Set when `probeJavaScript` was asked: the static text looks incomplete. */
    needsJavaScript: z.boolean().optional(),
    screenshot: z
      .strictObject({
        mediaType: z.literal('image/webp'),
        base64: z.string(),
        width: z.number().int(),
        height: z.number().int(),
      })
      .optional(),
    elements: z.array(pictureElement).max(MOST_ELEMENTS).optional(),
    boxes: z.array(wordBox).max(MOST_BOXES).optional(),
    /** The decoded document without the secrets of the request's headers, gzip, base64. */
    documentGzip: z.string().optional(),
    /** What signs in, when it is to be kept and is not what the request brought. */
    session: z.string().max(MAX_SESSION_BYTES).optional(),
    timings,
  }),
  z.strictObject({ kind: z.literal('notModified'), status: z.literal(304), timings }),
  z.strictObject({
    kind: z.literal('failed'),
    error: z.strictObject({
      code: fetchErrorCode,
      message: z.string(),
      retryAfterSeconds: z.number().optional(),
      /** Of `stepFailed`: which step, counted from 1. */
      step: z.number().int().positive().optional(),
    }),
    timings,
  }),
]);
export type FetchResult = z.infer<typeof fetchResult>;
