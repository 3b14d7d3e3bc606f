/** The keys that a step can press, as the browser wants them. */
import type { KEYS } from '../../../core/contracts/browser.ts';
import type { Session } from '../connection.ts';

type KeyName = (typeof KEYS)[number];

/** Windows' codes, by which Chromium knows keys on every system. */
const CODES: Readonly<Record<KeyName, number>> = {
  Enter: 13,
  Tab: 9,
  Escape: 27,
  Space: 32,
  Backspace: 8,
  Delete: 46,
  ArrowUp: 38,
  ArrowDown: 40,
  ArrowLeft: 37,
  ArrowRight: 39,
  PageUp: 33,
  PageDown: 34,
  Home: 36,
  End: 35,
};

const TEXTS: Readonly<Partial<Record<KeyName, string>>> = { Enter: '\r', Space: ' ' };

/** Presses a key in what has the focus. @throws ProtocolError */
export async function pressKey(session: Session, name: KeyName): Promise<void> {
  const key = {
    key: name === 'Space' ? ' ' : name,
    code: name,
    windowsVirtualKeyCode: CODES[name],
  };
  const text = TEXTS[name];
  await session.send(
    'Input.dispatchKeyEvent',
    text === undefined ? { type: 'rawKeyDown', ...key } : { type: 'keyDown', ...key, text },
  );
  await session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
}

/** Clicks at a place of the window. @throws ProtocolError */
export async function clickAt(session: Session, x: number, y: number): Promise<void> {
  const at = { x, y, button: 'left', clickCount: 1 } as const;
  await session.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y });
  await session.send('Input.dispatchMouseEvent', { type: 'mousePressed', ...at });
  await session.send('Input.dispatchMouseEvent', { type: 'mouseReleased', ...at });
}
