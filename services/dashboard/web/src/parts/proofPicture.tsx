/** The screenshot of a snapshot, with boxes where the quotes of its claims stand. */
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { get } from '../api.ts';
import type { CheckDetail, Claim, PictureBoxes } from '../objects.ts';
import { t } from '../texts/texts.ts';
import { inWorkspace } from '../workspace.ts';
import { placesOf, type Place, type Standing } from './places.ts';
import './proofPicture.css';

interface ProofPictureProps {
  readonly snapshot: CheckDetail['snapshots'][number];
  readonly claims: readonly Claim[];
}

/** A quote of the page of this screenshot, or of the one before. */
interface Quoted {
  readonly quote: string;
  readonly isBefore: boolean;
  readonly standings: readonly Standing[];
}

export function ProofPicture({ snapshot, claims }: ProofPictureProps) {
  const own = claims.filter(({ source }) => source === snapshot.source);
  const boxes = useQuery({
    queryKey: ['boxes', snapshot.id],
    queryFn: () => get<PictureBoxes>(`/snapshots/${snapshot.id}/boxes`),
    enabled: snapshot.hasBoxes && own.length > 0,
    staleTime: Infinity,
    retry: false,
  });
  const quotes = boxes.data ? quotesOf(own, boxes.data) : [];
  const isUnmeasured = own.length > 0 && (!snapshot.hasBoxes || boxes.isError);
  return (
    <section className="proof" aria-label={t('proof.label', { source: snapshot.source })}>
      {isUnmeasured && <p className="muted">{t('proof.unmeasured')}</p>}
      <Pictured snapshot={snapshot} size={boxes.data} quotes={quotes} />
    </section>
  );
}

/** Each quote once. */
function quotesOf(claims: readonly Claim[], { words }: PictureBoxes): Quoted[] {
  const quotes = new Map<string, boolean>();
  for (const { quote, side } of claims)
    quotes.set(quote, (quotes.get(quote) ?? true) && side === 'before');
  return [...quotes].map(([quote, isBefore]) => ({
    quote,
    isBefore,
    standings: isBefore ? [] : placesOf(words, quote),
  }));
}

interface PicturedProps {
  readonly snapshot: ProofPictureProps['snapshot'];
  readonly size: PictureBoxes | undefined;
  readonly quotes: readonly Quoted[];
}

function Pictured({ snapshot, size, quotes }: PicturedProps) {
  const [current, setCurrent] = useState<string>();
  const pixels = useRef<HTMLDivElement>(null);
  const go = (quote: string): void => {
    const marks = pixels.current?.querySelectorAll<HTMLElement>('.quoted') ?? [];
    const mark = [...marks].find(({ dataset }) => dataset['quote'] === quote);
    mark?.scrollIntoView({ block: 'center', inline: 'nearest' });
  };
  return (
    <>
      {quotes.length > 0 && (
        <Quotes source={snapshot.source} quotes={quotes} onPoint={setCurrent} onGo={go} />
      )}
      <div
        className="frame"
        role="region"
        tabIndex={0}
        aria-label={t('check.screenshotOf', { title: snapshot.title })}
      >
        <div className="pixels" ref={pixels}>
          <img
            src={inWorkspace(`/api/v1/snapshots/${snapshot.id}/screenshot`)}
            alt={t('check.screenshotOf', { title: snapshot.title })}
            loading="lazy"
            {...(size ? { width: size.width, height: size.height } : {})}
          />
          {size &&
            quotes.map((quoted) => (
              <Marks
                key={quoted.quote}
                quoted={quoted}
                size={size}
                isCurrent={quoted.quote === current}
              />
            ))}
        </div>
      </div>
    </>
  );
}

interface MarksProps {
  readonly quoted: Quoted;
  readonly size: PictureBoxes;
  readonly isCurrent: boolean;
}

/** For pointers and eyes alone: the list says the same to everybody. */
function Marks({ quoted: { quote, standings }, size, isCurrent }: MarksProps) {
  const share = (part: number, whole: number): string => `${(100 * part) / whole}%`;
  const styleOf = ({ left, top, width, height }: Place): React.CSSProperties => ({
    left: share(left, size.width),
    top: share(top, size.height),
    width: share(width, size.width),
    height: share(height, size.height),
  });
  return standings.map((lines, time) =>
    lines.map((place, line) => (
      <span
        key={`${time}/${line}`}
        className={isCurrent ? 'quoted current' : 'quoted'}
        data-quote={quote}
        style={styleOf(place)}
        aria-hidden="true"
      >
        {line === 0 && (time === 0 || !isCurrent) && (
          <span className={saidAt(place, size)}>{quote}</span>
        )}
      </span>
    )),
  );
}

/** On the side where the picture has room. */
const saidAt = ({ left, top }: Place, { width, height }: PictureBoxes): string =>
  ['said', ...(left > width / 2 ? ['left'] : []), ...(top > height / 2 ? ['above'] : [])].join(' ');

interface QuotesProps {
  readonly source: string;
  readonly quotes: readonly Quoted[];
  readonly onPoint: (quote: string | undefined) => void;
  readonly onGo: (quote: string) => void;
}

function Quotes({ source, quotes, onPoint, onGo }: QuotesProps) {
  return (
    <>
      <p className="muted">{t('proof.hint')}</p>
      <ul aria-label={t('proof.quotes', { source })}>
        {quotes.map((quoted) => (
          <li key={quoted.quote}>
            {quoted.standings.length > 0 ? (
              <button
                type="button"
                onFocus={() => onPoint(quoted.quote)}
                onBlur={() => onPoint(undefined)}
                onMouseEnter={() => onPoint(quoted.quote)}
                onMouseLeave={() => onPoint(undefined)}
                onClick={() => onGo(quoted.quote)}
              >
                <q>{quoted.quote}</q>
              </button>
            ) : (
              <q>{quoted.quote}</q>
            )}{' '}
            <span className="muted">{placeWords(quoted)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function placeWords({ isBefore, standings }: Quoted): string {
  const first = standings[0]?.[0];
  if (!first) return isBefore ? t('proof.before') : t('proof.nowhere');
  const { left, top } = first;
  const more = standings.length - 1;
  return more === 0 ? t('proof.at', { left, top }) : t('proof.atMore', { left, top, count: more });
}
