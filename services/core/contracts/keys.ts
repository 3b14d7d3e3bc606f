/** Which keys a service has loaded; asked of each while keys rotate. */
import { z } from 'zod';
import { INTERNAL_CALLERS } from './ports.ts';

export const KEYS_PATH = '/internal/v1/keys';
/** The scheduler's answer for the operator: what all processes have loaded. */
export const KEY_TABLE_PATH = '/internal/v1/key-table';

/** Ids only, each once; never a value. */
export const loadedKeys = z.strictObject({
  kids: z.array(z.string()),
  /** The key that calls and egress credentials are signed with; null when nothing is signed. */
  signsWith: z.string().nullable(),
});
export type LoadedKeys = z.infer<typeof loadedKeys>;

/** One process that holds derived keys. */
export const keyReader = z.strictObject({
  /** Unique and for people, such as `browser at 10.1.2.3:8001`. */
  reader: z.string(),
  service: z.enum(INTERNAL_CALLERS),
  /** Host and port of one that takes calls: of a pod, its own; else where its calls came from. */
  address: z.string(),
  /** Null when it does not answer. */
  kids: z.array(z.string()).nullable(),
  signsWith: z.string().nullable(),
  /** Of tokens' keys; absent when it has none or does not tell, null when it does not answer. */
  tokens: loadedKeys.nullable().optional(),
  /** Of the data key; absent when it has none or does not tell. It seals with `signsWith`. */
  data: loadedKeys.optional(),
});
export type KeyReader = z.infer<typeof keyReader>;

/** Kinds of rows that a data key opens, itself or through a workspace's key. */
export const SEALED_KINDS = ['workspace', 'secret', 'authenticator'] as const;
export type SealedKind = (typeof SEALED_KINDS)[number];

/** How many rows need which data key. */
export const sealedCount = z.strictObject({
  /** How long ago the count began, in ms: the clocks of two machines differ. */
  ageMs: z.number().nonnegative(),
  uses: z.array(
    z.strictObject({ kind: z.enum(SEALED_KINDS), dataKey: z.string(), rows: z.int().positive() }),
  ),
});
export type SealedCount = z.infer<typeof sealedCount>;

/** When administrators asked the api for new keys, `urgent` without overlap; the operator makes them. */
export const rotationAsked = z.strictObject({
  graceful: z.iso.datetime().optional(),
  urgent: z.iso.datetime().optional(),
});

/** `readers` is null until all were asked once: unknown, not empty. */
export const keyTable = z.strictObject({
  readers: z.array(keyReader).nullable(),
  asked: rotationAsked.optional(),
  /** Absent until it was counted once. */
  sealed: sealedCount.optional(),
});
export type KeyTable = z.infer<typeof keyTable>;
