/** Joins pieces of inline text to lines, one block a line. */

/** Collects the visible text of a page in reading order. */
export interface LineWriter {
  /** Inline text; white space is collapsed as a browser does. */
  text(piece: string): void;
  /** Preformatted text; its line breaks and spaces are kept. */
  preformatted(piece: string): void;
  /** A gap between two words. */
  gap(): void;
  /** The end of a line. */
  end(): void;
  /** Ends the line and begins one with a mark such as `## `; `''` forgets the mark. */
  begin(mark: string): void;
  /** Until `part()`, ends of lines are only gaps: inside a heading or a table's cell. */
  join(): void;
  part(): void;
  beginRow(): void;
  endCell(): void;
  endRow(): void;
  /** The lines so far joined by line breaks. */
  toText(): string;
}

/** An empty page. */
export function createLineWriter(): LineWriter {
  const lines: string[] = [];
  let line = '';
  let mark = '';
  let pendingGap = false;
  let joined = 0;
  let cells: string[] | undefined;

  const take = (): string => {
    const taken = line.trim();
    line = '';
    pendingGap = false;
    return taken;
  };
  const end = (): void => {
    if (joined > 0) {
      pendingGap = line !== '';
      return;
    }
    const taken = line.trimEnd();
    line = '';
    pendingGap = false;
    if (taken.trim() === '') return;
    lines.push(mark === '' ? taken : mark + taken.trimStart());
    mark = '';
  };
  const add = (piece: string): void => {
    line += pendingGap ? ` ${piece}` : piece;
    pendingGap = false;
  };

  return {
    text: (piece) => {
      const words = piece.replace(/\s+/g, ' ');
      if (words === '') return;
      if (words.startsWith(' ') && line !== '') pendingGap = true;
      const bare = words.trim();
      if (bare === '') return;
      add(bare);
      if (words.endsWith(' ')) pendingGap = true;
    },
    preformatted: (piece) => {
      for (const [index, part] of piece.split(/\r\n|[\n\r]/).entries()) {
        if (index > 0) end();
        if (part !== '') add(part);
      }
    },
    gap: () => {
      pendingGap = line !== '';
    },
    end,
    begin: (next) => {
      end();
      mark = next;
    },
    join: () => {
      joined += 1;
    },
    part: () => {
      joined -= 1;
    },
    beginRow: () => {
      end();
      cells = [];
      joined += 1;
    },
    endCell: () => {
      cells?.push(take());
    },
    endRow: () => {
      joined -= 1;
      const row = cells ?? [];
      cells = undefined;
      if (row.some((cell) => cell !== '')) lines.push(row.join(' | '));
    },
    toText: () => {
      end();
      return lines.join('\n');
    },
  };
}
