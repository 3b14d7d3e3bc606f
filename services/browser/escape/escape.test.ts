import assert from 'node:assert/strict';
import { LINKS, PROXY_PORT, SITES } from '../../../scripts/testing/netns/addresses.ts';
import {
  isSeen,
  KNOWN_URL,
  MORE_URL,
  SECURE_URL,
  startEscapeBench,
  type EscapeBench,
  type Trace,
} from './testing/bench.ts';
import { KNOWN } from './testing/known.ts';
import { MORE } from './testing/more.ts';
import {
  UNFENCED,
  WITH_BYPASS,
  WITH_BYPASS_AND_RESOLVER,
  WITHOUT_WEBRTC_POLICY,
} from './testing/mutations.ts';
import { SECURE } from './testing/secure.ts';
import type { Vector } from './testing/vector.ts';

const PAGES = [
  { title: 'the known page', url: KNOWN_URL, vectors: KNOWN },
  { title: 'the page of newer ways', url: MORE_URL, vectors: MORE },
  { title: 'the page over TLS', url: SECURE_URL, vectors: SECURE },
] as const;

/** What stays inside must do so for longer than what gets out needs. */
const LONG_MS = 3000;
/** A machine that is busy may not let every vector act in one visit. */
const VISITS = 3;

const TO_PROXY = `tcp ${LINKS.proxy.v4}:${PROXY_PORT}`;
const idsOf = (vectors: readonly Vector[]): string[] =>
  vectors.map(({ group, id }) => `${group}: ${id}`);
const forbidden = ({ arrived }: Trace): string[] =>
  arrived.filter((line) => !line.startsWith(`${SITES.v4} `));

describe('ways out of the browser, by packets', function () {
  this.timeout(60_000);
  let bench: EscapeBench;
  const fenced = new Map<string, Trace>();
  const traceOf = (url: string): Trace => fenced.get(url) ?? assert.fail(`no visit of ${url}`);
  before(async () => {
    bench = await startEscapeBench();
    for (const { url } of PAGES) fenced.set(url, await bench.visit(url, {}, LONG_MS));
  });
  after(() => bench.close());

  for (const { title, url, vectors } of PAGES) {
    it(`C7 nothing leaves but for the proxy, and nothing forbidden is reached, by the ${vectors.length} vectors of ${title}`, () => {
      const trace = traceOf(url);
      assert.equal(trace.result.kind, 'page', JSON.stringify(trace.result));
      assert.deepEqual(trace.around, []);
      assert.deepEqual(trace.loopback, []);
      assert.deepEqual(trace.passed, [TO_PROXY]);
      assert.deepEqual(forbidden(trace), []);
    });
    it(`C7 the proxy refuses what ${title} asks of it`, () => {
      const { refused } = traceOf(url);
      assert.ok(refused.filter((target) => target.startsWith('10.96.0.1:')).length >= 5);
    });
  }

  it('C8 a WebSocket of a page, a frame, a worker or a shared worker is refused by the proxy', () => {
    const { refused } = traceOf(MORE_URL);
    for (const target of ['::ffff:a9fe:a9fe:80', 'fd00:ec2::254:80', '169.254.169.254:443'])
      assert.ok(refused.includes(target), target);
    assert.ok(traceOf(KNOWN_URL).refused.includes('::1:5432'));
    for (const { url, vectors } of PAGES)
      assert.deepEqual(
        idsOf(vectors.filter((one) => one.group === 'WebSocket' && isSeen(one, traceOf(url)))),
        [],
      );
  });

  it('C9 peer connections send no UDP, ask no name, and reach TURN by TCP through the proxy alone', () => {
    for (const { url } of PAGES) {
      const { around, asked, passed } = traceOf(url);
      assert.deepEqual(
        [...around, ...passed].filter((flow) => flow.startsWith('udp')),
        [],
      );
      assert.deepEqual(asked, []);
    }
    assert.ok(traceOf(KNOWN_URL).refused.includes('10.96.0.1:3478'));
  });

  it('C10 no name is asked from the browser, and the proxy asks only those of connections it allows', () => {
    for (const { url } of PAGES) assert.deepEqual(traceOf(url).asked, []);
    const names = new Set(PAGES.flatMap(({ url }) => traceOf(url).proxyAsked));
    for (const hint of ['dnsprefetch', 'stun', 'turn', 'connect'])
      assert.ok(!names.has(`${hint}-secret.attacker.test`), hint);
    assert.ok(names.has('image-secret.attacker.test'));
  });

  describe('where no fence stands (control)', () => {
    const seen = new Set<Vector>();
    const isMissing = (vector: Vector): boolean => vector.quiet === undefined && !seen.has(vector);
    before(async () => {
      for (const { url, vectors } of PAGES)
        for (let visit = 0; visit < VISITS && vectors.some(isMissing); visit += 1) {
          const trace = await bench.visit(url, UNFENCED);
          for (const vector of vectors) if (isSeen(vector, trace)) seen.add(vector);
        }
    });
    for (const { title, vectors } of PAGES)
      for (const [group, ones] of Map.groupBy(vectors, (vector) => vector.group)) {
        if (ones.every(({ quiet }) => quiet !== undefined)) continue;
        it(`${group} of ${title} get out, so that their silence above says something`, () => {
          assert.deepEqual(idsOf(ones.filter(isMissing)), []);
        });
      }
  });

  it('C9 a browser without its flag for peer connections is seen to send UDP', async () => {
    const { around } = await bench.visit(KNOWN_URL, WITHOUT_WEBRTC_POLICY);
    for (const flow of ['udp 10.96.0.1:3478', 'udp 203.0.113.10:3478'])
      assert.ok(around.includes(flow), around.join());
  });

  it('C7 a list of addresses around the proxy is seen: it is not asked for them any more, and the browser finds none itself', async () => {
    const trace = await bench.visit(KNOWN_URL, WITH_BYPASS);
    assert.deepEqual(
      trace.refused.filter((target) => target.startsWith('10.96.0.1:')),
      [],
    );
    assert.deepEqual([trace.around, forbidden(trace)], [[], []]);
  });

  it('C7 a browser with such a list that may look for addresses is seen at forbidden hosts', async () => {
    const trace = await bench.visit(KNOWN_URL, WITH_BYPASS_AND_RESOLVER);
    assert.ok(trace.around.includes('tcp 169.254.169.254:80'), trace.around.join());
    assert.ok(forbidden(trace).includes('169.254.169.254 /latest/meta-data/'));
  });
});
