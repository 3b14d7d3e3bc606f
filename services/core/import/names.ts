/** Names for objects that had other names elsewhere. */

/** Personal workspaces in a cluster put their own name in front. */
const MOST_OF_A_NAME = 40;

/** Letters, digits and hyphens of a text, such as `plan-prices`; '' when there are none. */
export const slugOf = (text: string, most = MOST_OF_A_NAME): string =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/^https?:\/\/(?:www\.)?/, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+/g, '')
    .slice(0, most)
    .replaceAll(/-+$/g, '');

/** Gives each text a name that none before it has. */
export function newNames(): (text: string) => string {
  const taken = new Set<string>();
  return (text) => {
    const base = slugOf(text) || 'monitor';
    for (let at = 1; ; at += 1) {
      const end = at === 1 ? '' : `-${at}`;
      const name = `${base.slice(0, MOST_OF_A_NAME - end.length).replaceAll(/-+$/g, '')}${end}`;
      if (taken.has(name)) continue;
      taken.add(name);
      return name;
    }
  };
}
