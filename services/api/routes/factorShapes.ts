/** What the routes of second factors share. */
import { z } from 'zod';
import { present, time } from './schemas.ts';

const policy = 'read';
const tag = 'session';
export const base = '/api/v1/second-factors';
export const nothing = z.strictObject({}).optional();
/** Of the person, in no workspace. */
export const own = { policy, tag, anywhere: true } as const;
/** Not to be tried endlessly. */
export const tried = { ...own, limit: 'costly' } as const;

/** With the first factor: shown this once. */
export const added = z.strictObject({ recoveryCodes: z.array(z.string()).nullable() });
export const until = z.strictObject({ until: time });
export const shown = async (work: Promise<{ readonly until: Date }>) => ({
  body: present(until, await work),
});
