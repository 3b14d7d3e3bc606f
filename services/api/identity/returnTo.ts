/** Where a person goes after the sign-in: always a place of our own origin. Pure. */

/** @returns an absolute URL on the origin of `publicUrl`; its start page for anything doubtful. */
export function placeAfter(publicUrl: string, returnTo: string | null | undefined): string {
  const { origin } = new URL(publicUrl);
  const start = `${origin}/`;
  // Browsers read a backslash as a slash and leave out tabs and line breaks.
  if (!returnTo || !/^\/(?![/\\])[\x21-\x7e]*$/.test(returnTo) || returnTo.includes('\\'))
    return start;
  const place = URL.parse(returnTo, start);
  if (place?.origin !== origin || returnTo.length > 2_000) return start;
  return place.href;
}
