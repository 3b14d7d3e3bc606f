/** Identifiers that sort by time (UUID version 7). */
import { v7 } from 'uuid';

/** Makes one identifier; injected where a test needs known ones. */
export type IdSource = () => string;

export const newId: IdSource = () => v7();
