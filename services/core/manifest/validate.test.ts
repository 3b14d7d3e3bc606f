import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { MonitorJob } from '../../../crds/types/monitorjob.ts';
import { channel, type Changes, job, mailChannel, problemsOf } from './testing/samples.ts';
import { validateManifest } from './validate.ts';

const refused = (changes: Changes): string[] => problemsOf(job(changes));
const spec = (changes: Changes = {}): MonitorJob['spec'] => {
  const result = validateManifest(job(changes));
  assert.ok(result.ok && result.object.kind === 'MonitorJob');
  return result.object.spec;
};

describe('validateManifest', () => {
  it('takes the smallest useful MonitorJob', () => {
    assert.deepEqual(problemsOf(job()), []);
  });
  it('leaves the given value as it was', () => {
    const given = job();
    validateManifest(given);
    assert.deepEqual(given, job());
  });
  it('finds nothing more to fill in when it is asked again', () => {
    const once = validateManifest(job());
    assert.ok(once.ok);
    assert.deepEqual(validateManifest(once.object as never), once);
  });

  describe('defaults', () => {
    it('fills in plain fields', () => {
      assert.equal(spec().suspend, false);
    });
    it('fills in the fields of list items', () => {
      assert.deepEqual(spec().sources[0], {
        name: 'pricing',
        url: 'https://example.org/pricing',
        fetch: 'Auto',
        format: 'Auto',
        screenshot: 'OnChange',
        consent: 'Auto',
        locale: 'en',
        timeZone: 'UTC',
      });
    });
    it('fills in objects that are absent, also nested ones', () => {
      assert.deepEqual(spec().alerting, {
        severity: 'FromVerdict',
        cooldown: '60m',
        maxPerHour: 5,
        requireAcknowledgment: true,
        onFailure: { after: 5 },
      });
    });
    it('fills in the confirmation of a goal that is absent', () => {
      const condition = { name: 'a', then: 'Alert', text: { contains: 'x' } };
      const { goal } = spec({ 'spec.goal': undefined, 'spec.conditions': [condition] });
      assert.deepEqual(goal.confirm, { checks: 1, of: 1, delay: '30s' });
    });
    it('fills in what a reminder leaves out', () => {
      assert.deepEqual(spec({ 'spec.alerting.repeat': { max: 0 } }).alerting.repeat, {
        every: '60m',
        max: 0,
      });
    });
    it('gives neither interval nor timeouts a default', () => {
      const { schedule, timeouts } = spec({ 'spec.schedule': { cron: '0 9 * * *' } });
      assert.deepEqual([schedule.interval, timeouts], [undefined, undefined]);
    });
    it('keeps what is given', () => {
      assert.equal(spec({ 'spec.goal.threshold': 0 }).goal.threshold, 0);
    });
    it('takes an empty value for a field that has a default, as the API server does', () => {
      assert.deepEqual(spec({ 'spec.judge': null }).judge, {});
    });
    it('refuses an empty value for a field that has none', () => {
      assert.deepEqual(refused({ 'spec.description': null }), [
        'spec.description: must be a string, not empty',
      ]);
    });
    it('does not share a default between two objects', () => {
      spec().judge.model = 'changed';
      assert.deepEqual(spec().judge, {});
    });
    it('takes every level of isolation, and a job that names none for Shared', () => {
      assert.deepEqual(spec().isolation, { level: 'Shared' });
      for (const level of ['Namespace', 'Dedicated', 'Ephemeral'])
        assert.deepEqual(spec({ 'spec.isolation': { level } }).isolation, { level });
      assert.match(
        refused({ 'spec.isolation': { level: 'Own' } }).join(),
        /^spec\.isolation\.level: /,
      );
    });
  });

  describe('unknown fields', () => {
    for (const field of ['steps', 'login', 'quietHours', 'digest'])
      it(`refuses spec.${field}, which has no feature yet`, () => {
        assert.match(
          refused({ [`spec.${field}`]: {} }).join(),
          new RegExp(`^spec\\.${field}: unknown field`),
        );
      });
    for (const path of [
      'spec.judge.votes',
      'spec.judge.mask',
      'spec.alerting.escalation',
      'spec.schedule.adaptive',
    ])
      it(`refuses ${path}, which has no feature yet`, () => {
        assert.match(refused({ [path]: [] }).join(), /: unknown field/);
      });
    it('refuses a header from a Secret, which has no feature yet', () => {
      const headers = [{ name: 'X', value: 'a', fromSecretKey: 'k' }];
      assert.match(
        refused({ 'spec.sources[0].http.headers': headers }).join(),
        /fromSecretKey: unknown field/,
      );
    });
    it('guesses the field that was meant', () => {
      assert.deepEqual(refused({ 'spec.schedule.jiterPercent': 5 }), [
        'spec.schedule.jiterPercent: unknown field; did you mean "jitterPercent"?',
      ]);
    });
    it('refuses an unknown field beside spec', () => {
      assert.deepEqual(refused({ data: {} }), ['data: unknown field']);
    });
    it('refuses an unknown field of metadata', () => {
      assert.deepEqual(refused({ 'metadata.lables': {} }), [
        'metadata.lables: unknown field; did you mean "labels"?',
      ]);
    });
    it('quotes a field name that is no plain word', () => {
      assert.deepEqual(refused({ 'spec["a b"]': 1 }), ['spec["a b"]: unknown field']);
    });
    it('ignores status, as the API server does', () => {
      const result = validateManifest(job({ status: { anything: true } }));
      assert.ok(result.ok && !('status' in result.object));
    });
  });

  describe('messages', () => {
    const cases: [why: string, changes: Changes, problem: string][] = [
      [
        'a number as text',
        { 'spec.schedule.jitterPercent': '10' },
        'spec.schedule.jitterPercent: must be an integer',
      ],
      [
        'a fraction',
        { 'spec.schedule.jitterPercent': 1.5 },
        'spec.schedule.jitterPercent: must be an integer',
      ],
      [
        'a number beyond its bounds',
        { 'spec.schedule.jitterPercent': 51 },
        'spec.schedule.jitterPercent: must be from 0 to 50',
      ],
      [
        'a negative number',
        { 'spec.goal.threshold': -1 },
        'spec.goal.threshold: must be from 0 to 100',
      ],
      ['a text as boolean', { 'spec.suspend': 'yes' }, 'spec.suspend: must be true or false'],
      ['an object as list', { 'spec.tags': {} }, 'spec.tags: must be a list'],
      ['a list as object', { 'spec.judge': [] }, 'spec.judge: must be an object'],
      [
        'a number where text is wanted',
        { 'spec.description': 5 },
        'spec.description: must be a string: put it in quotes',
      ],
      [
        'a text that is too long',
        { 'spec.description': 'x'.repeat(501) },
        'spec.description: must have at most 500 characters',
      ],
      [
        'an empty text',
        { 'spec.goal.prompt': '' },
        'spec.goal.prompt: must have from 1 to 2000 characters',
      ],
      ['an empty list', { 'spec.sources': [] }, 'spec.sources: must have from 1 to 20 items'],
      ['a missing field', { 'spec.sources[0].url': undefined }, 'spec.sources[0].url: is required'],
      ['a missing name', { 'metadata.name': undefined }, 'metadata.name: is required'],
      ['a missing spec', { spec: undefined }, 'spec: is required'],
      [
        'an unknown word',
        { 'spec.sources[0].fetch': 'http' },
        'spec.sources[0].fetch: must be one of Auto, Http, Browser; did you mean "Http"?',
      ],
      [
        'a time that is none',
        { 'spec.schedule.windows': [{ from: '24:00', to: '08:00' }] },
        'spec.schedule.windows[0].from: must be a time of day HH:MM from 00:00 to 23:59',
      ],
      [
        'a budget that is no decimal',
        { 'spec.budget': { usdPerMonth: '1,5' } },
        'spec.budget.usdPerMonth: must be a decimal number in quotes such as "2.50"',
      ],
      [
        'a budget that is a number',
        { 'spec.budget': { usdPerMonth: 1.5 } },
        'spec.budget.usdPerMonth: must be a string: put it in quotes',
      ],
      [
        'a set with the same item twice',
        { 'spec.tags': ['a', 'a'] },
        'spec.tags: must not have the same item twice',
      ],
      [
        'a line break in a header',
        { 'spec.sources[0].http.headers': [{ name: 'X', value: 'a\r\nHost: b' }] },
        'spec.sources[0].http.headers[0].value: must not contain line breaks or control characters',
      ],
      [
        'a language tag with an underscore',
        { 'spec.goal.language': 'de_CH' },
        'spec.goal.language: must be a BCP 47 language tag such as en or de-CH',
      ],
      [
        'a zone with a space',
        { 'spec.schedule.timeZone': 'New York' },
        'spec.schedule.timeZone: must be an IANA time zone such as Europe/Berlin',
      ],
      [
        'a label with a bad value',
        { 'metadata.labels': { a: '_' } },
        "metadata.labels.a: must be a label value: letters, digits, '-', '_' and '.', with a letter or digit at both ends",
      ],
      [
        'a source name with capitals',
        { 'spec.sources[0].name': 'Shop' },
        "spec.sources[0].name: must be a DNS label: lower case letters, digits and '-', with a letter or digit at both ends",
      ],
    ];
    for (const [why, changes, problem] of cases)
      it(`says where and what for ${why}`, () => {
        assert.deepEqual(refused(changes), [problem]);
      });

    it('says which mail address is wrong', () => {
      assert.deepEqual(problemsOf(mailChannel({ 'spec.email.to': ['a@b.example', 'nobody'] })), [
        'spec.email.to[1]: must be a mail address',
      ]);
    });
    it('says which decimal is wrong', () => {
      const number = { select: '.price', op: 'Lt', value: '50 EUR' };
      assert.deepEqual(refused({ 'spec.conditions': [{ name: 'a', then: 'Alert', number }] }), [
        'spec.conditions[0].number.value: must be a decimal number in quotes such as "19.99"',
      ]);
    });
    it('says which source stands twice', () => {
      const twice = [
        { name: 'a', url: 'https://example.org/1' },
        { name: 'a', url: 'https://example.org/2' },
      ];
      assert.deepEqual(refused({ 'spec.sources': twice }), [
        'spec.sources[1].name: stands twice in the list; it must be unique',
      ]);
    });
    it('reports all problems at once', () => {
      const changes = {
        'spec.foo': 1,
        'spec.suspend': 'yes',
        'spec.schedule.timeZone': 'Europe/Berln',
        'spec.sources[0].url': 'ftp://example.org/',
      };
      const paths = refused(changes).map((line) => line.split(':')[0]);
      assert.deepEqual(
        paths.toSorted((a, b) => String(a).localeCompare(String(b))),
        ['spec.foo', 'spec.schedule.timeZone', 'spec.sources[0].url', 'spec.suspend'],
      );
    });
    it('tells one problem a field when schema and rule both refuse it', () => {
      assert.deepEqual(refused({ 'spec.sources[0].url': 5 }), [
        'spec.sources[0].url: must be a string: put it in quotes',
      ]);
    });
    it('reports at most a hundred problems', () => {
      const fields = Array.from({ length: 300 }, (_, index) => [`x${index}`, 1]);
      assert.equal(refused({ spec: Object.fromEntries(fields) }).length, 100);
    });
    it('does not repeat a very long field name', () => {
      assert.ok(refused({ [`spec.${'x'.repeat(5000)}`]: 1 }).join().length < 300);
    });
  });

  describe('kinds', () => {
    it('refuses an unknown kind', () => {
      assert.match(refused({ kind: 'Job' }).join(), /^kind: unknown kind "Job"/);
    });
    it('refuses another version', () => {
      assert.deepEqual(refused({ apiVersion: 'v1' }), [
        'apiVersion: must be mon.duckerhub.com/v1alpha1 for a MonitorJob',
      ]);
    });
    it('takes a channel with every default', () => {
      const result = validateManifest(mailChannel());
      assert.ok(result.ok && result.object.kind === 'NotificationChannel');
      assert.deepEqual(result.object.spec, {
        type: 'Email',
        email: { to: ['ops@example.org'], provider: 'SendGrid' },
        suspend: false,
      });
    });
    it('does not compare with a stored object of another kind', () => {
      assert.deepEqual(problemsOf(channel(), { kind: 'MonitorJob' }), []);
    });
  });

  describe('semantics', () => {
    const cases: [why: string, changes: Changes, problem: RegExp][] = [
      [
        'a cron with a wrong minute',
        { 'spec.schedule': { cron: '61 9 * * *' } },
        /^spec\.schedule\.cron: is not a valid cron/,
      ],
      [
        'an unknown time zone',
        { 'spec.schedule.timeZone': 'Europe/Berln' },
        /^spec\.schedule\.timeZone: is not a known IANA/,
      ],
      [
        "an unknown time zone of a source's browser",
        { 'spec.sources[0].timeZone': 'Mars/Base' },
        /^spec\.sources\[0\]\.timeZone: is not a known/,
      ],
      [
        'a CSS selector',
        { 'spec.sources[0].select.include': ['main', 'a['] },
        /^spec\.sources\[0\]\.select\.include\[1\]: is not a valid CSS/,
      ],
      [
        'an excluded XPath',
        { 'spec.sources[0].select.exclude': ['xpath://a['] },
        /^spec\.sources\[0\]\.select\.exclude\[0\]: is not a valid XPath/,
      ],
      [
        'a masked expression',
        { 'spec.sources[0].ignore.text': ['a('] },
        /^spec\.sources\[0\]\.ignore\.text\[0\]: is not a valid RE2/,
      ],
      [
        'an expression that only backtracking can run',
        { 'spec.sources[0].ignore.text': ['(a)\\1'] },
        /ignore\.text\[0\]: is not a valid RE2/,
      ],
      [
        'a selector to wait for',
        { 'spec.sources[0].waitFor': { selector: '>' } },
        /waitFor\.selector: is not a valid CSS/,
      ],
      [
        'a sign of being signed out',
        { 'spec.sources[0].notJudgeable': { loggedOutSelector: 'a[' } },
        /loggedOutSelector: is not a valid CSS/,
      ],
      [
        'what a step clicks on',
        { 'spec.sources[0].steps': [{ press: 'Tab' }, { click: { selector: 'a[' } }] },
        /steps\[1\]\.click\.selector: is not a valid CSS/,
      ],
      [
        'the field of a step',
        { 'spec.sources[0].steps': [{ type: { selector: 'jsonpath:$.a', value: 'x' } }] },
        /steps\[0\]\.type\.selector: must be a CSS selector or begin with xpath:/,
      ],
      [
        'the list of a step',
        { 'spec.sources[0].steps': [{ select: { selector: 'a[', value: 'x' } }] },
        /steps\[0\]\.select\.selector: is not a valid CSS/,
      ],
      [
        'what a step waits for',
        { 'spec.sources[0].steps': [{ wait: { selector: 'a[' } }] },
        /steps\[0\]\.wait\.selector: is not a valid CSS/,
      ],
      [
        'the pattern of a condition',
        { 'spec.conditions': [{ name: 'a', then: 'Alert', regex: { pattern: '[' } }] },
        /^spec\.conditions\[0\]\.regex\.pattern: is not a valid RE2/,
      ],
      [
        'the selector of a number',
        {
          'spec.conditions': [
            { name: 'a', then: 'Alert', number: { select: 'jsonpath:$[', op: 'Lt', value: '1' } },
          ],
        },
        /^spec\.conditions\[0\]\.number\.select: is not a valid JSONPath/,
      ],
      [
        'the selector of a percent change',
        {
          'spec.conditions': [
            {
              name: 'a',
              then: 'Alert',
              percentChange: { select: 'regex:(', op: 'Lt', value: '1' },
            },
          ],
        },
        /percentChange\.select: is not a valid RE2/,
      ],
      [
        'the selector of a value',
        { 'spec.values': [{ name: 'price', select: 'b[' }] },
        /^spec\.values\[0\]\.select: is not a valid CSS/,
      ],
      [
        'the pattern of a value',
        { 'spec.values': [{ name: 'price', regex: '(?=x)' }] },
        /^spec\.values\[0\]\.regex: is not a valid RE2/,
      ],
      [
        'a language that is no tag',
        { 'spec.goal.language': 'en-abcdefgh-1-2' },
        /^spec\.goal\.language: is not a BCP 47/,
      ],
      [
        'the language of a source',
        { 'spec.sources[0].locale': 'de-de-de' },
        /^spec\.sources\[0\]\.locale: is not a BCP 47/,
      ],
    ];
    for (const [why, changes, problem] of cases)
      it(`names the field of ${why}`, () => {
        const problems = refused(changes);
        assert.equal(problems.length, 1);
        assert.match(problems[0] ?? '', problem);
      });
  });

  it('never throws, whatever stands below spec', () => {
    fc.assert(
      fc.property(
        fc.object({
          maxDepth: 3,
          key: fc.constantFrom(
            'sources',
            'schedule',
            'goal',
            'conditions',
            'alerting',
            'name',
            'url',
            'x',
          ),
        }),
        (value) => {
          const result = validateManifest(job({ spec: value }));
          assert.equal(typeof result.ok, 'boolean');
        },
      ),
      { numRuns: 200 },
    );
  });
});
