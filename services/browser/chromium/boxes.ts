/** Where the words of a picture stand, so that a quote can be shown on it. */
import { z } from 'zod';
import {
  MOST_BOXES,
  wordBox,
  type FetchRequest,
  type WordBox,
} from '../../core/contracts/browser.ts';
import { dropInvisible } from '../../domain/characters.ts';
import { showsLogin } from '../secrets.ts';
import { ProtocolError } from './connection.ts';
import { boxFunctions, measureWords } from './inPage/boxes.ts';
import { callInPage } from './inPage/script.ts';
import { ownWorld } from './settle.ts';
import type { Tab } from './tab.ts';

const foundWords = z.array(z.tuple([z.string(), z.number(), z.number(), z.number(), z.number()]));
/** A word with left, top, width and height, in pixels of the window. */
export type FoundWord = z.infer<typeof foundWords>[number];

/** Where the window stands in the picture; its scroll position does not tell, where a page reads from the right. */
export interface Window {
  readonly pageX: number;
  readonly pageY: number;
}

/** @throws ProtocolError */
export async function windowOf({ session }: Tab): Promise<Window> {
  const { cssLayoutViewport } = await session.send('Page.getLayoutMetrics');
  return { pageX: cssLayoutViewport.pageX, pageY: cssLayoutViewport.pageY };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Measured {
  readonly words: readonly FoundWord[];
  readonly window: Window;
}

/**
 * Measures the words of the page as it is now. Of one that goes on meanwhile, or that shows something of the
 * login, there are none.
 * @throws ProtocolError when the browser has gone.
 */
export async function measure(
  tab: Tab,
  { include = [], exclude = [] }: NonNullable<FetchRequest['boxes']>,
  secrets: readonly string[],
): Promise<Measured> {
  try {
    const window = await windowOf(tab);
    const query = { include, exclude, most: MOST_BOXES };
    const { result } = await tab.session.send('Runtime.evaluate', {
      expression: callInPage(measureWords, boxFunctions as never, query),
      contextId: await ownWorld(tab),
      returnByValue: true,
    });
    const words = foundWords.safeParse(result.value).data ?? [];
    const text = words.map(([word]) => word);
    const tells = [' ', ''].some((between) => showsLogin(text.join(between), secrets));
    return { words: tells ? [] : words, window };
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.closed) throw error;
    return { words: [], window: { pageX: 0, pageY: 0 } };
  }
}

/** The words in whole pixels of the picture; those that do not stand on it are left out. */
export const boxesOn = ({ words, window }: Measured, { width, height }: Size): WordBox[] =>
  words
    .flatMap(([text, x, y, across, down]) => {
      const left = Math.max(Math.round(x + window.pageX), 0);
      const top = Math.max(Math.round(y + window.pageY), 0);
      const right = Math.min(Math.round(x + window.pageX + across), width);
      const bottom = Math.min(Math.round(y + window.pageY + down), height);
      const box = [dropInvisible(text), left, top, right - left, bottom - top];
      const checked = wordBox.safeParse(box);
      return checked.success ? [checked.data] : [];
    })
    .slice(0, MOST_BOXES);
