import assert from 'node:assert/strict';
import {
  checkCron,
  checkCss,
  checkJsonPath,
  checkLanguage,
  checkRegex,
  checkSelector,
  checkTimeZone,
  checkValueSelector,
  checkXpath,
  type SyntaxCheck,
} from './syntax.ts';

const takes = (name: string, check: SyntaxCheck, texts: readonly string[]): void => {
  for (const text of texts)
    it(`${name} takes ${JSON.stringify(text)}`, () => {
      assert.equal(check(text), undefined);
    });
};
const refuses = (name: string, check: SyntaxCheck, texts: readonly string[]): void => {
  for (const text of texts)
    it(`${name} refuses ${JSON.stringify(text)}`, () => {
      assert.match(check(text) ?? '', /^(is|must|never) .{8,200}$/);
    });
};

describe('syntax checks', () => {
  takes('cron', checkCron, ['*/5 * * * *', '30 8 * * 1-5', '0 0 29 2 *', '0 9 * * MON-FRI']);
  refuses('cron', checkCron, ['61 * * * *', '* * * * * *', '* * * *', '@daily', 'a b c d e']);
  it('cron refuses a date that never comes', () => {
    assert.equal(checkCron('0 0 30 2 *'), 'never comes true');
  });

  takes('the time zone', checkTimeZone, ['UTC', 'Europe/Berlin', 'America/Argentina/Ushuaia']);
  refuses('the time zone', checkTimeZone, ['Europe/Berln', 'Mars', '']);

  it('the time zone is refused and taken again, however many there were between', () => {
    const zone = 'america/argentina/ushuaia';
    const cased = Array.from({ length: 1_500 }, (_, n) =>
      zone.replaceAll(/[a-z]/g, (letter, at: number) =>
        (n >> (at % 11)) & 1 ? letter.toUpperCase() : letter,
      ),
    );
    for (const text of ['Europe/Berlin', ...cased, 'Europe/Berlin'])
      assert.equal(checkTimeZone(text), undefined);
    assert.match(checkTimeZone('Europe/Berln') ?? '', /Berlin/);
  });

  takes('the language', checkLanguage, ['en', 'de-CH', 'zh-Hant-TW']);
  refuses('the language', checkLanguage, ['x', 'en_US', 'de-de-de']);

  takes('a regular expression', checkRegex, ['\\d+ EUR', '(?i)sold out', '(a+)+$', '\\p{Lu}']);
  refuses('a regular expression', checkRegex, ['a(', '(?=a)', '(a)\\1', '[', 'a{5000}']);

  takes('CSS', checkCss, [
    'main > .price',
    '#availability',
    'a[href^="/x"]',
    ':not(.ad)',
    'td:nth-child(2)',
  ]);
  refuses('CSS', checkCss, ['a[', '>', ':nosuchpseudo', '<div>', ' ', '.a,,.b']);

  takes('XPath', checkXpath, ['//td[1]', 'string(//h1)', '//a[@href="x"]/text()']);
  refuses('XPath', checkXpath, ['//a[', '1 +', '']);

  takes('JSONPath', checkJsonPath, ['$', '$.a.b', '$..x[?@.p > 1]']);
  refuses('JSONPath', checkJsonPath, ['a.b', '$.a[', '$[?nosuch(@)]', '']);

  takes('a selector', checkSelector, ['main', 'xpath://main', 'jsonpath:$.a', 'xpath: //main']);
  refuses('a selector', checkSelector, ['a[', 'xpath:', 'jsonpath:a']);
  it('a selector of page parts is no regular expression', () => {
    assert.equal(
      checkSelector('regex:a'),
      'must be a CSS selector or begin with xpath: or jsonpath:',
    );
  });

  takes('a value selector', checkValueSelector, [
    '.price',
    'xpath://b',
    'jsonpath:$.p',
    'regex:(\\d+)',
  ]);
  refuses('a value selector', checkValueSelector, ['a[', 'regex:(', 'xpath:[']);
});
