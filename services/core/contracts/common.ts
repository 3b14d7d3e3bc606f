/** Pieces that several internal messages share. */
import { z } from 'zod';

export const workspaceId = z.string().min(1).max(64);
export const objectName = z.string().min(1).max(63);
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
/** RFC 3339 in UTC. */
export const timestamp = z.iso.datetime();

/** The one error shape of every HTTP answer, public and internal. */
export const errorBody = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    correlationId: z.string(),
    /** Fields of the request that are wrong, when it was refused for them. */
    fields: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
    /** With the code `step_up_required`: the second factors that the person has. */
    factors: z.array(z.string()).optional(),
  }),
});
export type ErrorBody = z.infer<typeof errorBody>;
