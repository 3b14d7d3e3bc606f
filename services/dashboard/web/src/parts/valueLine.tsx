/** The last numbers of a monitor's first value as a small line, with the newest in words. */
import { linePieces, lineWords, numberWords, type LastValue } from './valueSeries.ts';

const BOX = { width: 96, height: 20 };
/** A stroke at the edge of the box needs room. */
const EDGE = 2;

/** @param last newest first, as the API sends them */
export function ValueLine({ last }: { readonly last: readonly LastValue[] }) {
  const [newest] = last;
  if (!newest) return null;
  const oldestFirst = last.toReversed();
  const words = lineWords(oldestFirst);
  return (
    <span className="line" role="img" aria-label={words} title={words}>
      <svg
        width={BOX.width}
        height={BOX.height}
        viewBox={`${-EDGE} ${-EDGE} ${BOX.width + 2 * EDGE} ${BOX.height + 2 * EDGE}`}
        aria-hidden="true"
      >
        {linePieces(oldestFirst, BOX).map((points) => (
          <polyline key={points} points={points} />
        ))}
      </svg>
      <b>{newest.number === null ? '?' : numberWords(newest.number, newest.unit)}</b>
    </span>
  );
}
