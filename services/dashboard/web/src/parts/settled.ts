/** A value that waits until nobody types any more. */
import { useEffect, useState } from 'react';

/** Long enough that a word is typed in one go, short enough to feel at once. */
const TYPING_MS = 150;

/** The last value that stood for a moment. */
export function useSettled<T extends string>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), TYPING_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
