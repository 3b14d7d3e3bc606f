/** A page of an exact size, as shops have them: some markup around much text. */

/** @param bytes of the whole document, at least 1,000. */
export function pageOf(bytes: number): string {
  const head =
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title><style>p{margin:0}</style></head><body><nav><a href="/">Home</a> <a href="/offers">Offers</a></nav><main><h1>Blue chair</h1>';
  const tail = '</main><footer>Imprint</footer></body></html>';
  const lines: string[] = [];
  let left = bytes - head.length - tail.length;
  for (let at = 1; left > 0; at += 1) {
    const line = `<p class="item">Item ${at}: a chair of oak, in stock, price EUR ${(at * 7) % 100}.00</p>\n`;
    lines.push(line.length <= left ? line : ' '.repeat(left));
    left -= line.length;
  }
  return `${head}${lines.join('')}${tail}`;
}
