/** Names that are not for people's Secrets to have. */
import { HttpError } from '../core/errors.ts';
import { isKeptSession, KEPT_SESSION } from '../store/keptSessions.ts';

/** @throws HttpError `invalid` for the name of a kept session, which nobody may forge */
export function refuseReserved(name: string): void {
  if (!isKeptSession(name)) return;
  const message = `must not begin with ${KEPT_SESSION}, as the kept sessions of monitors do; choose another name`;
  throw new HttpError('invalid', `metadata.name ${message}`, {
    fields: [{ path: 'metadata.name', message }],
  });
}
