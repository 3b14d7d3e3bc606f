/** Which keys a service has loaded; asked of each while keys rotate. */
import { z } from 'zod';

export const KEYS_PATH = '/internal/v1/keys';

/** Ids only, each once; never a value. */
export const loadedKeys = z.strictObject({ kids: z.array(z.string()) });
export type LoadedKeys = z.infer<typeof loadedKeys>;
