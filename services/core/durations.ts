/** Durations of the CRDs, for parts that do not know the domain. */
export { formatDuration, parseDuration } from '../domain/duration.ts';
