import assert from 'node:assert/strict';
import type { PageStep } from '../../../core/contracts/browser.ts';
import { bySelector, SIGN_IN } from '../../testing/members.ts';
import { guardOf, nameStep, planSteps } from './plan.ts';

const [name, password, enter] = SIGN_IN as [PageStep, PageStep, PageStep];
const click: PageStep = { kind: 'click', target: { by: 'role', role: 'Button', name: 'Go' } };
const pause: PageStep = { kind: 'pause', ms: 1500 };
const numbersOf = (steps: readonly PageStep[], persist = true): number[][] => {
  const { login, others } = planSteps(steps, persist);
  return [login, others].map((part) => part.map(({ number }) => number));
};

describe('the plan of steps', () => {
  it('takes what signs in up to the key or click that sends it, and the waits behind', () => {
    assert.deepEqual(numbersOf([name, password, enter, pause, click, pause]), [
      [1, 2, 3, 4],
      [5, 6],
    ]);
    assert.deepEqual(numbersOf([click, password, click, click]), [[1, 2, 3], [4]]);
  });

  it('runs all steps in their order where no session is kept, or nothing signs in', () => {
    assert.deepEqual(numbersOf([name, password, enter], false), [[], [1, 2, 3]]);
    assert.deepEqual(numbersOf([click, pause]), [[], [1, 2]]);
    assert.deepEqual(numbersOf([]), [[], []]);
  });

  it('guards a secret by the address that is named last before it', () => {
    const goto: PageStep = { kind: 'goto', url: 'https://id.example/in' };
    const steps = [name, goto, password];
    const mayReceive = ['https://shop.example', 'https://id.example'];
    assert.deepEqual(guardOf(steps, 1, 'https://shop.example/orders'), {
      origin: 'https://shop.example',
      mayReceive,
    });
    assert.deepEqual(guardOf(steps, 3, 'https://shop.example/orders'), {
      origin: 'https://id.example',
      mayReceive,
    });
  });

  it('names a step without what it types', () => {
    const typed: PageStep = { kind: 'type', target: bySelector('#q'), value: 'private words' };
    assert.deepEqual([typed, name, click, enter, pause].map(nameStep), [
      'type into "#q"',
      'type into the text "Name"',
      'click on Button "Go"',
      'press Enter',
      'wait 1.5 s',
    ]);
  });
});
