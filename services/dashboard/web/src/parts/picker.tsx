/** Chooses a part of a page: on its picture, or from a list by keyboard. */
import { useState } from 'react';
import type { PictureElement, PreviewPicture } from '../objects.ts';
import { t } from '../texts/texts.ts';
import { elementAt, elementsWith } from './picture.ts';

interface PickerProps {
  readonly picture: PreviewPicture;
  /** The selector that is chosen now; '' for the whole page. */
  readonly chosen: string;
  readonly onPick: (selector: string) => void;
}

export function Picker({ picture, chosen, onPick }: PickerProps) {
  const [pointed, setPointed] = useState<PictureElement>();
  const current = picture.elements.find(({ selector }) => selector === chosen);
  return (
    <div className="picker">
      <p className="muted">{t('preview.picker.how')}</p>
      <Shot
        picture={picture}
        pointed={pointed}
        current={current}
        onPoint={setPointed}
        onPick={onPick}
      />
      <p className="muted pointed" aria-hidden="true">
        {pointed ? <code>{pointed.selector}</code> : t('preview.picker.nothing')}
      </p>
      {chosen !== '' && (
        <button type="button" onClick={() => onPick('')}>
          {t('preview.picker.wholePage')}
        </button>
      )}
      <Parts elements={picture.elements} chosen={chosen} onPoint={setPointed} onPick={onPick} />
    </div>
  );
}

type Point = (element: PictureElement | undefined) => void;

interface ShotProps extends Pick<PickerProps, 'picture' | 'onPick'> {
  readonly pointed: PictureElement | undefined;
  readonly current: PictureElement | undefined;
  readonly onPoint: Point;
}

/** For pointers alone: the list is the way for everybody. */
function Shot({ picture, pointed, current, onPoint, onPick }: ShotProps) {
  const { width, height, elements } = picture;
  const under = (event: React.MouseEvent<HTMLElement>): PictureElement | undefined => {
    const box = event.currentTarget.getBoundingClientRect();
    const scale = width / box.width;
    return elementAt(
      elements,
      (event.clientX - box.left) * scale,
      (event.clientY - box.top) * scale,
    );
  };
  const placeOf = (element: PictureElement): React.CSSProperties => ({
    left: `${(100 * element.left) / width}%`,
    top: `${(100 * element.top) / height}%`,
    width: `${(100 * element.width) / width}%`,
    height: `${(100 * element.height) / height}%`,
  });
  return (
    <div className="shot" tabIndex={0} role="region" aria-label={t('preview.picker.picture')}>
      <div
        className="pixels"
        role="presentation"
        onMouseMove={(event) => onPoint(under(event))}
        onMouseLeave={() => onPoint(undefined)}
        onClick={(event) => {
          const element = under(event);
          if (element) onPick(element.selector);
        }}
      >
        <img
          src={`data:image/webp;base64,${picture.base64}`}
          alt={t('preview.picker.page')}
          width={width}
          height={height}
        />
        {current && <span className="outline current" style={placeOf(current)} />}
        {pointed && <span className="outline" style={placeOf(pointed)} />}
      </div>
    </div>
  );
}

interface PartsProps extends Pick<PickerProps, 'chosen' | 'onPick'> {
  readonly elements: readonly PictureElement[];
  readonly onPoint: Point;
}

const MOST_SHOWN = 60;

function Parts({ elements, chosen, onPoint, onPick }: PartsProps) {
  const [text, setText] = useState('');
  const found = elementsWith(elements, text);
  return (
    <details>
      <summary>{t('preview.picker.list')}</summary>
      <div className="field">
        <label htmlFor="part">{t('preview.picker.words')}</label>
        <input
          id="part"
          autoComplete="off"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <ul className="choices" aria-label={t('preview.picker.parts')}>
        {found.slice(0, MOST_SHOWN).map((element) => (
          <li key={element.selector}>
            <button
              type="button"
              aria-pressed={element.selector === chosen}
              onFocus={() => onPoint(element)}
              onBlur={() => onPoint(undefined)}
              onClick={() => onPick(element.selector)}
            >
              {element.label} <code>{element.selector}</code>
            </button>
          </li>
        ))}
      </ul>
      {found.length > MOST_SHOWN && (
        <p className="muted">{t('preview.picker.more', { count: found.length - MOST_SHOWN })}</p>
      )}
    </details>
  );
}
