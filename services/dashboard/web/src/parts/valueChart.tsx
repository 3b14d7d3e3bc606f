/** The chart of one value: its line, what it was between, its gaps; read by keys as well. */
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { locale, t } from '../texts/texts.ts';
import {
  columnsOf,
  gapsOf,
  numberWords,
  summaryOf,
  type Columns,
  type Gap,
  type ValueSeries,
} from './valueSeries.ts';

const HEIGHT = 220;
const DARK = '(prefers-color-scheme: dark)';
const DAY_SECONDS = 86_400;

const CLOCK = { hour: '2-digit', minute: '2-digit' } as const;
const DATE = { day: 'numeric', month: 'short' } as const;
const MOMENT = { dateStyle: 'medium', timeStyle: 'short' } as const;

const timeWords = (seconds: number, form: Intl.DateTimeFormatOptions): string =>
  new Date(seconds * 1000).toLocaleString(locale(), form);

/** A colour of the page as it is now. */
const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export default function ValueChart({ series }: { readonly series: ValueSeries }) {
  const columns = columnsOf(series);
  const [place, setPlace] = useState(columns.at.length - 1);
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  useEffect(() => {
    if (!box.current) return undefined;
    return draw(box.current, series, (made) => (plot.current = made), setPlace);
  }, [series]);
  const move = (to: number): void => {
    const index = Math.min(Math.max(to, 0), columns.at.length - 1);
    setPlace(index);
    const at = columns.at[index];
    if (at !== undefined) plot.current?.setCursor({ left: plot.current.valToPos(at, 'x'), top: 0 });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: Infinity }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  };
  const words = wordsAt(series, columns, place);
  return (
    <>
      <div
        ref={box}
        className="chart"
        role="slider"
        tabIndex={0}
        aria-label={t('values.chart', { name: series.name, summary: summaryOf(series) })}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, columns.at.length - 1)}
        aria-valuenow={Math.max(0, place)}
        aria-valuetext={words}
        onKeyDown={onKeyDown}
      />
      <p className="reading">{words}</p>
    </>
  );
}

function wordsAt({ unit }: ValueSeries, { at, min, max, last }: Columns, place: number): string {
  const when = at[place];
  if (when === undefined) return '';
  const words = (number: number): string => numberWords(String(number), unit);
  const [lowest, highest, newest] = [min[place], max[place], last[place]];
  const told =
    typeof newest !== 'number' || typeof lowest !== 'number' || typeof highest !== 'number'
      ? t('values.noNumber')
      : lowest === highest
        ? words(newest)
        : t('values.between', {
            last: words(newest),
            lowest: words(lowest),
            highest: words(highest),
          });
  return `${timeWords(when, MOMENT)}: ${told}`;
}

/** Draws into a box, and again when its width or the colours of the page change. @returns ends that */
function draw(
  box: HTMLElement,
  series: ValueSeries,
  onMade: (plot: UPlot | undefined) => void,
  onPlace: (place: number) => void,
): () => void {
  const { at, min, max, last } = columnsOf(series);
  const data = [[...at], [...max], [...min], [...last]] as UPlot.AlignedData;
  let plot: UPlot | undefined;
  const make = (): void => {
    plot?.destroy();
    plot = new UPlot(optionsOf(box.clientWidth, gapsOf(series), onPlace), data, box);
    onMade(plot);
  };
  make();
  const sizes = new ResizeObserver(() => plot?.setSize({ width: box.clientWidth, height: HEIGHT }));
  sizes.observe(box);
  const scheme = matchMedia(DARK);
  scheme.addEventListener('change', make);
  return () => {
    scheme.removeEventListener('change', make);
    sizes.disconnect();
    plot?.destroy();
    onMade(undefined);
  };
}

function optionsOf(
  width: number,
  gaps: readonly Gap[],
  onPlace: (place: number) => void,
): UPlot.Options {
  const [line, grid, ink, warn] = [
    colour('accent'),
    colour('line'),
    colour('muted'),
    colour('warn-back'),
  ];
  const edge = {
    stroke: `color-mix(in srgb, ${line} 40%, transparent)`,
    width: 1,
    points: { show: false },
  };
  const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false },
    series: [{}, edge, edge, { stroke: line, width: 2 }],
    bands: [{ series: [1, 2], fill: `color-mix(in srgb, ${line} 18%, transparent)` }],
    axes: [
      {
        ...axis,
        values: (_plot, at, _axis, _space, step) =>
          at.map((each) => timeWords(each, step >= DAY_SECONDS ? DATE : CLOCK)),
      },
      { ...axis, size: 64, values: (_plot, numbers) => numbers.map(tickWords) },
    ],
    hooks: {
      drawClear: [(plot) => shade(plot, gaps, warn)],
      setCursor: [({ cursor: { idx } }) => typeof idx === 'number' && onPlace(idx)],
    },
  };
}

const tickWords = (number: number): string =>
  number.toLocaleString(locale(), { maximumFractionDigits: 6 });

/** Gaps as bands behind the line; none is thinner than can be seen. */
function shade(plot: UPlot, gaps: readonly Gap[], fill: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = fill;
  for (const { from, to } of gaps) {
    const [left, right] = [from, to].map((at) => plot.valToPos(Date.parse(at) / 1000, 'x', true));
    if (left === undefined || right === undefined) continue;
    const width = Math.max(4 * devicePixelRatio, right - left);
    ctx.fillRect(Math.max(left, bbox.left), bbox.top, width, bbox.height);
  }
  ctx.restore();
}
