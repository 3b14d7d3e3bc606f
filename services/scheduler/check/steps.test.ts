import assert from 'node:assert/strict';
import type { SourceStep } from '../../../crds/types/monitorjob.ts';
import { pageStep, type PageStep } from '../../core/contracts/browser.ts';
import { hasSteps, toPageSteps } from './steps.ts';

const target = { by: 'selector', selector: '#a' } as const;
const CASES: readonly (readonly [SourceStep, PageStep])[] = [
  [{ click: { selector: '#a' } }, { kind: 'click', target }],
  [{ click: { text: 'More' } }, { kind: 'click', target: { by: 'text', text: 'More' } }],
  [
    { click: { role: 'Button', name: 'Go' } },
    { kind: 'click', target: { by: 'role', role: 'Button', name: 'Go' } },
  ],
  [{ click: { role: 'Tab' } }, { kind: 'click', target: { by: 'role', role: 'Tab' } }],
  [{ type: { selector: '#a', value: '' } }, { kind: 'type', target, value: '' }],
  [
    { type: { selector: '#a', fromSecretKey: 'user' } },
    { kind: 'typeSecret', target, key: 'user', totp: false },
  ],
  [
    { type: { selector: '#a', totpFromSecretKey: 'app' } },
    { kind: 'typeSecret', target, key: 'app', totp: true },
  ],
  [{ press: 'Enter' }, { kind: 'press', key: 'Enter' }],
  [{ select: { selector: '#a', value: 'x' } }, { kind: 'select', target, value: 'x' }],
  [{ wait: { selector: '#a' } }, { kind: 'wait', target }],
  [{ wait: { duration: '2s' } }, { kind: 'pause', ms: 2000 }],
  [{ goto: 'https://shop.example/' }, { kind: 'goto', url: 'https://shop.example/' }],
];

describe('the steps of a source', () => {
  for (const [given, expected] of CASES)
    it(`are said to the browser: ${JSON.stringify(given)}`, () => {
      const { steps } = toPageSteps({ steps: [given] });
      assert.deepEqual(steps, [expected]);
      assert.deepEqual(pageStep.parse(expected), expected);
    });

  it('are left out where there are none', () => {
    assert.deepEqual([toPageSteps({}), toPageSteps({ steps: [] })], [{}, {}]);
    assert.deepEqual(
      [hasSteps({ steps: [] }), hasSteps({ steps: [{ press: 'Tab' }] })],
      [false, true],
    );
  });
});
