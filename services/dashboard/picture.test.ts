import assert from 'node:assert/strict';
import { elementAt, elementsWith } from './web/src/parts/picture.ts';

const element = (selector: string, left: number, top: number, size: number, label = '') => ({
  selector,
  left,
  top,
  width: size,
  height: size,
  label,
});
const all = [
  element('main', 0, 0, 100, 'Shop 40 €'),
  element('#price', 10, 10, 20, '40 €'),
  element('b', 15, 15, 5),
];

describe('a picture of a page', () => {
  it('gives the smallest element under a pointer', () => {
    const at = (x: number, y: number): string | undefined => elementAt(all, x, y)?.selector;
    assert.deepEqual([at(50, 50), at(11, 11), at(16, 16)], ['main', '#price', 'b']);
  });

  it('gives none beside all of them', () => {
    assert.equal(elementAt(all, 100, 50), undefined);
    assert.equal(elementAt([], 0, 0), undefined);
  });

  it('finds elements by their words and by their selectors', () => {
    const found = (text: string): string[] => elementsWith(all, text).map((one) => one.selector);
    assert.deepEqual(found('SHOP'), ['main']);
    assert.deepEqual(found('#pri'), ['#price']);
    assert.deepEqual(found(' '), ['main', '#price', 'b']);
  });
});
