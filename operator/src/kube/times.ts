/** Times as the Kubernetes API writes them. */

/** RFC 3339 in seconds: conditions and other metadata. */
export const secondsTime = (time: Date): string => time.toISOString().replace(/\.\d{3}Z$/, 'Z');

/** RFC 3339 in microseconds: leases and events. */
export const microTime = (time: Date): string => time.toISOString().replace('Z', '000Z');
