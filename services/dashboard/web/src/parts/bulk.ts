/** Doing the same with several things, each by itself. Pure but for the calls that it is given. */

export interface Item {
  readonly id: string;
  /** What a person calls it. */
  readonly title: string;
}

export interface BulkVerb {
  /** Such as "Pause". */
  readonly button: string;
  /** Such as "Pausing 3 monitors …". @param what such as "3 monitors" */
  readonly doing: (what: string) => string;
  readonly done: (what: string) => string;
  /** What is asked and said before it is done, where that asks first. */
  readonly caution?: { readonly question: (what: string) => string; readonly words: string };
  readonly act: (id: string) => Promise<unknown>;
}

export interface BulkResult {
  readonly verb: BulkVerb;
  readonly done: readonly Item[];
  readonly problems: readonly (Item & { readonly message: string })[];
}

/** So many at a time: the api goes on answering others. */
const AT_ONCE = 4;

/** Tries every item, whatever becomes of the others. */
export async function doWithEach(verb: BulkVerb, items: readonly Item[]): Promise<BulkResult> {
  const waiting = [...items];
  const done: Item[] = [];
  const problems: (Item & { message: string })[] = [];
  const work = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift())
      try {
        await verb.act(item.id);
        done.push(item);
      } catch (error) {
        problems.push({ ...item, message: error instanceof Error ? error.message : String(error) });
      }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { verb, done, problems };
}

/** The set with the id if it was not in it, without it if it was. */
export function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const changed = new Set(ids);
  if (!changed.delete(id)) changed.add(id);
  return changed;
}
