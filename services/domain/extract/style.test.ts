import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isSeeThrough, looksSame, parseColor } from './color.ts';
import { parseDeclarations, pixels } from './style.ts';

describe('parseDeclarations', () => {
  it('keeps what can hide text and drops the rest', () => {
    assert.deepEqual(parseDeclarations('border:0; Display: NONE ! important ;x'), [
      { property: 'display', value: 'none', important: true },
    ]);
  });
  it('reads shorthands as what they set', () => {
    const names = parseDeclarations('background:#fff;overflow-y:hidden').map((one) => one.property);
    assert.deepEqual(names, ['background-color', 'overflow']);
  });
  it('leaves values without end alone', () => {
    assert.deepEqual(parseDeclarations(`transform:${'translate('.repeat(100)}`), []);
  });
  it('reads nothing from nothing', () => assert.deepEqual(parseDeclarations(''), []));
});

describe('pixels', () => {
  const cases: [value: string | undefined, length: number][] = [
    ['0', 0],
    ['12px', 12],
    ['-2em', -32],
    ['.5rem', 8],
    ['10.px', 10],
    ['+3pt', 4],
    ['-100vw', -1280],
    ['50%', Number.NaN],
    ['auto', Number.NaN],
    ['3parsec', Number.NaN],
    [undefined, Number.NaN],
  ];
  for (const [value, length] of cases) {
    it(`reads ${value} as ${length}`, () => assert.equal(pixels(value), length));
  }
});

describe('colours', () => {
  const cases: [value: string | undefined, color: readonly number[] | undefined][] = [
    ['white', [255, 255, 255]],
    ['#abc', [170, 187, 204]],
    ['#0a0b0c', [10, 11, 12]],
    ['rgb(1, 2, 3)', [1, 2, 3]],
    ['rgb(1 2 3 / 1)', [1, 2, 3]],
    ['rgba(1,2,3,0.5)', undefined],
    ['url(x.png)', undefined],
    ['var(--a)', undefined],
    [undefined, undefined],
  ];
  for (const [value, color] of cases) {
    it(`reads ${value} as ${color?.join(' ') ?? 'no plain colour'}`, () => {
      assert.deepEqual(parseColor(value), color);
    });
  }
  it('takes near colours for the same', () => {
    assert.equal(looksSame([255, 255, 255], [250, 252, 255]), true);
  });
  it('tells other colours apart by one channel', () => {
    assert.equal(looksSame([255, 255, 255], [255, 255, 200]), false);
  });
  for (const [value, seen] of [
    ['transparent', true],
    ['rgba(0,0,0,0.0)', true],
    ['hsla(0,0%,0%,0)', true],
    ['rgba(0,0,0,0.5)', false],
    ['red', false],
  ] as const) {
    it(`${value} ${seen ? 'makes' : 'does not make'} letters invisible`, () => {
      assert.equal(isSeeThrough(value), seen);
    });
  }
  it('has no colour to see through', () => assert.equal(isSeeThrough(undefined), false));
});
