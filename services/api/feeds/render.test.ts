import assert from 'node:assert/strict';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import fc from 'fast-check';
import type { Finding } from '../../store/findings.ts';
import type { FoundFeed } from '../../store/feeds.ts';
import { isSeen, renderFeed } from './render.ts';

const PUBLIC_URL = 'https://mon.example';
const at = (time: string): Date => new Date(`2026-03-01T${time}Z`);

const feed: FoundFeed = {
  workspace: 'team-a',
  id: '019aa000-0000-7000-8000-000000000001',
  userId: 'u',
  monitor: 'shop',
  createdAt: at('08:00:00'),
  lastUsedAt: null,
  role: 'viewer',
  workspaceName: 'Team A',
};

const finding = (patch: Partial<Finding> = {}): Finding => ({
  id: '019aa000-0000-7000-8000-000000000002',
  monitor: 'shop',
  source: 'page',
  origin: 'claim',
  subject: 'price',
  kind: 'value',
  value: '40',
  state: 'open',
  severity: 'warning',
  title: 'The price fell',
  summary: 'It fell by a fifth.',
  claims: [
    {
      source: 'page',
      kind: 'changed',
      subject: 'price',
      before: '50',
      after: '40',
      quote: 'Price: 40',
      side: 'after',
    },
  ],
  verdict: 'match',
  why: null,
  checkId: null,
  verdictId: null,
  firstSeenAt: at('09:00:00'),
  lastSeenAt: at('10:00:00'),
  seenCount: 1,
  occurrence: 1,
  acknowledgedAt: null,
  acknowledgedBy: null,
  snoozedUntil: null,
  resolvedAt: null,
  ...patch,
});

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  trimValues: false,
});

interface Entry {
  readonly id: string;
  readonly title: { '#text': string; '@type': string };
  readonly content: { '#text': string; '@type': string };
  readonly link: { '@href': string };
}

const atom = (...findings: readonly Finding[]) => {
  const { body } = renderFeed('atom', feed, findings, PUBLIC_URL);
  assert.equal(XMLValidator.validate(body), true);
  const parsed = parser.parse(body) as { feed: { entry: Entry | Entry[] | undefined } };
  return { body, entries: [parsed.feed.entry ?? []].flat() };
};
interface JsonItem {
  readonly id: string;
  readonly url: string;
  readonly title: string;
  readonly content_text: string;
}
const json = (...findings: readonly Finding[]) =>
  JSON.parse(renderFeed('json', feed, findings, PUBLIC_URL).body) as Record<string, unknown> & {
    items: JsonItem[];
  };

/** What pages have written into titles, addresses and names to run a script, or to break what quotes them. */
const HEADS = [
  '<script>',
  '<ScRiPt src=//x>',
  '<img src=x onerror=',
  '<svg/onload=',
  '<iframe srcdoc=',
];
const PAYLOADS = [
  ...HEADS.flatMap((head) =>
    ['', '"', "'", ']]>', '-->', '&#60;', '&lt;', '<![CDATA[', '\u0000', '\u200b'].map(
      (before) => `${before}${head}alert(1)>`,
    ),
  ),
  '</content>',
  '</title></entry>',
  '<?xml version="1.0"?>',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '&b;',
  'javascript:alert(1)',
  'data:text/html,<script>',
  '=cmd|x',
  '{{7*7}}',
  '${7*7}',
  '\u202e<b>',
  '\u0001\u0002\u000b\u000c\u001f',
  '\ufffe\uffff',
  '\ud800',
  '\udc00<b>',
  '\u2028<b>',
];

describe('a feed', () => {
  it('has each finding with quote, times and the way to it', () => {
    const { body, entries } = atom(finding());
    assert.match(body, /<feed xmlns="http:\/\/www\.w3\.org\/2005\/Atom">/);
    assert.match(body, /<updated>2026-03-01T10:00:00\.000Z<\/updated>/);
    assert.match(body, /<published>2026-03-01T09:00:00\.000Z<\/published>/);
    assert.equal(entries[0]?.title['#text'], 'The price fell');
    assert.match(
      entries[0]?.content['#text'] ?? '',
      /It fell by a fifth\.[^]*“Price: 40” \(50 → 40\)/,
    );
    assert.equal(
      entries[0]?.link['@href'],
      'https://mon.example/findings/019aa000-0000-7000-8000-000000000002',
    );
  });

  it('says the same as JSON Feed 1.1', () => {
    const { version, home_page_url: home, items } = json(finding());
    assert.equal(version, 'https://jsonfeed.org/version/1.1');
    assert.equal(home, 'https://mon.example/monitors/shop');
    assert.equal(items[0]?.title, 'The price fell');
    assert.match(items[0]?.content_text ?? '', /“Price: 40” \(50 → 40\)/);
  });

  it('says why when a change was not judged', () => {
    const { items } = json(finding({ claims: [], verdict: null, why: 'the model was away' }));
    assert.match(items[0]?.content_text ?? '', /Not judged: the model was away/);
  });

  it('has an item anew for what became true again, and the same one for what is seen again', () => {
    const ids = (patch: Partial<Finding>) => json(finding(patch)).items[0]?.id;
    assert.equal(ids({ seenCount: 9 }), ids({}));
    assert.notEqual(ids({ occurrence: 2 }), ids({}));
  });

  it('is an empty feed without findings, as old as itself', () => {
    const { body, entries } = atom();
    assert.deepEqual(entries, []);
    assert.match(body, /<updated>2026-03-01T08:00:00\.000Z<\/updated>/);
    assert.deepEqual(json().items, []);
  });

  it('has an ETag that changes with what it says and not with time', () => {
    const etag = (one: Finding) => renderFeed('atom', feed, [one], PUBLIC_URL).etag;
    assert.equal(etag(finding()), etag(finding()));
    assert.notEqual(etag(finding()), etag(finding({ title: 'Another' })));
  });

  it('D16 keeps every payload text that nothing takes for markup', () => {
    assert.ok(PAYLOADS.length > 60);
    for (const payload of PAYLOADS) {
      const claims = [{ ...finding().claims[0], quote: payload } as Finding['claims'][number]];
      const one = finding({ title: payload, summary: payload, monitor: payload, claims });
      const { body, entries } = atom(one);
      assert.equal(entries.length, 1, payload);
      const [entry] = entries;
      assert.deepEqual([entry?.title['@type'], entry?.content['@type']], ['text', 'text']);
      const tags = [...body.matchAll(/<\/?([a-z]+)/gi)].map(([, tag]) => tag);
      const ours = new Set(
        'feed id title updated link author name entry published category content'.split(' '),
      );
      assert.deepEqual(
        tags.filter((tag) => !ours.has(tag ?? '')),
        [],
        payload,
      );
      assert.ok(!/<!|<\?(?!xml version="1\.0" encoding="utf-8"\?>)/.test(body), payload);
      assert.ok(!('content_html' in (json(one).items[0] ?? {})));
    }
  });

  it('D16 can be read whatever a page wrote', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const { entries } = atom(finding({ title: text, summary: text }));
        assert.equal(entries.length, 1);
        // oxlint-disable-next-line no-control-regex -- none of them may be left
        assert.ok(!/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(JSON.stringify(entries)));
      }),
    );
  });

  it('is bounded, however long a finding is', () => {
    const { items } = json(finding({ title: 'x'.repeat(9_999), summary: 'y'.repeat(99_999) }));
    assert.ok((items[0]?.title.length ?? 0) <= 301);
    assert.ok((items[0]?.content_text.length ?? 0) <= 8_001);
  });

  for (const [header, seen] of [
    [undefined, false],
    ['"a"', true],
    ['W/"a"', true],
    ['"b", "a"', true],
    ['"b"', false],
    ['*', true],
  ] as const)
    it(`${seen ? 'was' : 'was not'} seen by whoever sends ${header ?? 'no ETag'}`, () =>
      assert.equal(isSeen(header, '"a"'), seen));
});
