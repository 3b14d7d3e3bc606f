/** Messages between api and scheduler (port 8004). */
import { z } from 'zod';
import { pictureElement } from './browser.ts';
import { objectName, workspaceId } from './common.ts';

export const WAKE_PATH = '/internal/v1/wake';
export const PREVIEW_PATH = '/internal/v1/preview';
export const SECRETS_PATH = '/internal/v1/secrets';
export const REJUDGE_PATH = '/internal/v1/rejudge';
export const TELL_PATH = '/internal/v1/tell';
export const CHANNEL_TEST_PATH = '/internal/v1/channels/test';
export const APP_SEAL_PATH = '/internal/v1/authenticators/seal';
export const APP_CHECK_PATH = '/internal/v1/authenticators/check';

/** A run was asked for or a monitor was changed: look now instead of at the next tick. */
export const wakeRequest = z.strictObject({
  workspace: workspaceId,
  monitor: objectName.optional(),
});

/** Encrypts and stores a Secret or ConfigMap of a workspace. Values are never read back. */
export const putSecretRequest = z.strictObject({
  workspace: workspaceId,
  kind: z.enum(['Secret', 'ConfigMap']),
  name: objectName,
  /** Values by key, UTF-8. */
  data: z.record(z.string().min(1).max(253), z.string().max(65_536)),
  /** The manifest file that manages it; null when it was applied by hand. */
  managedBy: z.string().nullable(),
});
export type PutSecretRequest = z.infer<typeof putSecretRequest>;

/** Seals the secret of a person's authenticator app; it is never opened for anybody. */
export const appSealRequest = z.strictObject({
  user: z.uuid(),
  /** Base32. */
  secret: z.string().min(26).max(128),
});

/** What only the scheduler opens. */
export const sealedText = z.strictObject({
  /** Base64. */
  content: z.base64(),
  dataKeyId: z.string(),
});
export type SealedText = z.infer<typeof sealedText>;

/** Whether a code is one of the app's. */
export const appCheckRequest = z.strictObject({
  ...sealedText.shape,
  user: z.uuid(),
  code: z.string().regex(/^\d{6}$/),
});

export const appCheckResult = z.strictObject({
  /** The time step that the code is of; null for a wrong one. */
  step: z.number().int().nullable(),
  /** To be kept in place of what was sent, which lies under an older key. */
  resealed: sealedText.optional(),
});
export type AppCheckResult = z.infer<typeof appCheckResult>;

/** A job that is tried without being saved; `spec` is validated by the api first. */
export const previewRequest = z.strictObject({
  workspace: workspaceId,
  name: objectName,
  spec: z.record(z.string(), z.unknown()),
  /** Ask the model as well (costs money). */
  judge: z.boolean(),
  /** Take a screenshot of each page as well, with what can be pointed at. */
  picture: z.boolean().default(false),
});
export type PreviewRequest = z.input<typeof previewRequest>;

/** A screenshot for the one who asked; it is kept nowhere. */
export const previewPicture = z.strictObject({
  /** WebP. */
  base64: z.base64(),
  width: z.number().int(),
  height: z.number().int(),
  elements: z.array(pictureElement),
});
export type PreviewPicture = z.infer<typeof previewPicture>;

/** What a value of the job reads of a page: its number, or why there is none. */
export const previewValue = z.strictObject({
  name: z.string(),
  /** A decimal such as "1299.5". */
  number: z.string().nullable(),
  /** As the page writes it. */
  unit: z.string().nullable(),
  why: z.enum(['notFound', 'ambiguous', 'notANumber', 'noPage']).nullable(),
  /** The text that it was read from, or that was found instead. */
  found: z.string(),
});
export type PreviewValue = z.infer<typeof previewValue>;

export const previewSource = z.strictObject({
  source: z.string(),
  outcome: z.enum(['page', 'notJudgeable', 'failed']),
  title: z.string(),
  finalUrl: z.string(),
  status: z.number().int().nullable(),
  extractor: z.enum(['http@1', 'browser@1']).nullable(),
  /** Text as fetched and after filters and masks; at most 64 KB each. */
  text: z.string(),
  normalised: z.string(),
  problem: z.string().nullable(),
  hunks: z.array(z.unknown()),
  warnings: z.array(z.string()),
  /** Absent where the job reads none. */
  values: z.array(previewValue).optional(),
  picture: previewPicture.optional(),
});

/** What one judgement of such a page usually takes: an estimate. */
export const judging = z.strictObject({
  model: z.string(),
  tokensIn: z.number().int(),
  tokensOut: z.number().int(),
  /** Null when the price of the model is not known. */
  costUsd: z.string().nullable(),
});
export type Judging = z.infer<typeof judging>;

export const previewResult = z.strictObject({
  sources: z.array(previewSource),
  conditions: z.array(
    z.strictObject({ name: z.string(), holds: z.boolean(), evidence: z.string() }),
  ),
  verdict: z.record(z.string(), z.unknown()).nullable(),
  /** Absent where no model is asked. */
  judging: judging.optional(),
  tokensIn: z.number().int(),
  tokensOut: z.number().int(),
  costUsd: z.string().nullable(),
});
export type PreviewResult = z.infer<typeof previewResult>;

/** Judges a stored check once more, by the goal and the models of now; tells nobody. */
export const rejudgeRequest = z.strictObject({ workspace: workspaceId, check: z.uuid() });
export type RejudgeRequest = z.infer<typeof rejudgeRequest>;
export const rejudgeResult = z.strictObject({ verdict: z.string() });
export type RejudgeResult = z.infer<typeof rejudgeResult>;

/** Tells of a change that was kept silent, because a person asks for it. */
export const tellRequest = z.strictObject({
  workspace: workspaceId,
  verdict: z.uuid(),
  /** Who asks, as the audit names them. */
  actor: z.string().max(200),
});
export type TellRequest = z.infer<typeof tellRequest>;
export const tellResult = z.strictObject({
  /** Held: the hour's digest will tell it. */
  kind: z.enum(['told', 'held']),
  findings: z.array(z.string()),
});
export type TellResult = z.infer<typeof tellResult>;

export const channelTestRequest = z.strictObject({ workspace: workspaceId, channel: objectName });
export const channelTestResult = z.strictObject({
  kind: z.enum(['accepted', 'retry', 'rejected', 'unknown']),
  reason: z.string().nullable(),
});
