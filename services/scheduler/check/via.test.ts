import assert from 'node:assert/strict';
import type { Baseline, SourceState } from '../../store/sourceState.ts';
import { NOON, later, testSource } from '../../store/testing/monitors.ts';
import { PROBE_MS, REPROBE_MS, planFetch, specHashOf, toFetchSource } from './via.ts';

describe('how a source is fetched', () => {
  const source = testSource({ fetch: 'Auto' });
  const state = (patch: Partial<SourceState> = {}): SourceState => ({
    source: 'page',
    specHash: specHashOf(source),
    extractor: 'http@1',
    needsJavaScript: false,
    javaScriptProbedAt: NOON,
    etag: '"e"',
    lastModified: undefined,
    textLengths: [],
    recentHashes: [],
    pending: undefined,
    consecutiveFailures: 0,
    series: {},
    readings: {},
    documents: [],
    ...patch,
  });
  const baseline = (patch: Partial<Baseline> = {}): Baseline => ({
    source: 'page',
    role: 'LastSeen',
    snapshotId: 's',
    takenAt: NOON,
    extractor: 'http@1',
    title: '',
    finalUrl: '',
    textHash: '',
    textBlob: '',
    extracted: {},
    ...patch,
  });

  it('HTTP first, with the question whether it needs JavaScript', () => {
    assert.deepEqual(planFetch(source, undefined, undefined, NOON), {
      via: 'http',
      probeJavaScript: true,
      reprobe: false,
      validators: undefined,
    });
  });

  it('asks that question once a day', () => {
    assert.equal(
      planFetch(source, state(), baseline(), later(NOON, PROBE_MS - 1)).probeJavaScript,
      false,
    );
    assert.equal(
      planFetch(source, state(), baseline(), later(NOON, PROBE_MS)).probeJavaScript,
      true,
    );
  });

  it('by the browser once it learned that it must, asked again after a week', () => {
    const known = state({ needsJavaScript: true });
    assert.deepEqual(
      [
        planFetch(source, known, baseline(), NOON).via,
        planFetch(source, known, baseline(), NOON).reprobe,
      ],
      ['browser', false],
    );
    assert.equal(planFetch(source, known, baseline(), later(NOON, REPROBE_MS)).reprobe, true);
  });

  it('a confirmation looks with the eyes that saw the change', () => {
    const known = state({
      pending: { seen: 1, looks: 1, nextAt: NOON.toISOString() },
      needsJavaScript: true,
    });
    assert.equal(planFetch(source, known, baseline(), NOON).via, 'http');
  });

  it('as the job says', () => {
    assert.equal(
      planFetch(testSource({ fetch: 'Browser' }), undefined, undefined, NOON).via,
      'browser',
    );
    assert.equal(
      planFetch(testSource({ fetch: 'Http' }), undefined, undefined, NOON).probeJavaScript,
      false,
    );
  });

  it('with the validators of a baseline that came over HTTP only', () => {
    assert.deepEqual(planFetch(source, state(), baseline(), NOON).validators, { etag: '"e"' });
    assert.equal(
      planFetch(source, state(), baseline({ extractor: 'browser@1' }), NOON).validators,
      undefined,
    );
    assert.equal(planFetch(source, state(), undefined, NOON).validators, undefined);
  });

  it('with no validators of an older spec', () => {
    assert.equal(
      planFetch(source, state({ specHash: 'other' }), baseline(), NOON).validators,
      undefined,
    );
  });

  it('the hash of a source changes with what decides its text, not with its way of fetching', () => {
    assert.notEqual(specHashOf(source), specHashOf({ ...source, select: { include: ['main'] } }));
    assert.notEqual(specHashOf(source), specHashOf({ ...source, ignore: { text: ['x'] } }));
    assert.equal(specHashOf(source), specHashOf({ ...source, fetch: 'Browser' }));
    assert.equal(specHashOf(source), specHashOf({ ...source, screenshot: 'Never' }));
  });

  describe('a source with steps', () => {
    const stepped = { ...source, steps: [{ press: 'Enter' as const }] };

    it('is read by the browser alone, also when the page was once read over HTTP', () => {
      const known = state({ specHash: specHashOf(stepped), javaScriptProbedAt: undefined });
      assert.deepEqual(planFetch(stepped, known, baseline(), later(NOON, REPROBE_MS)), {
        via: 'browser',
        probeJavaScript: false,
        reprobe: false,
        validators: undefined,
      });
    });

    it('has another hash than without them; without any the hash stays what it was', () => {
      assert.notEqual(specHashOf(stepped), specHashOf(source));
      assert.equal(specHashOf({ ...source, steps: [] }), specHashOf(source));
    });
  });

  it("asks for the values of number conditions by the condition's name", () => {
    const conditions = [
      {
        name: 'a',
        then: 'Alert' as const,
        number: { select: '.p', op: 'Lt' as const, value: '1' },
      },
      {
        name: 'b',
        then: 'Alert' as const,
        percentChange: { select: '.q', op: 'Gt' as const, value: '5' },
      },
      { name: 'c', then: 'Alert' as const, text: { contains: 'x', side: 'Present' as const } },
    ];
    assert.deepEqual(toFetchSource(source, { conditions }).values, [
      { name: 'a', select: '.p' },
      { name: 'b', select: '.q' },
    ]);
  });

  it('asks for all texts of a value, under a name that no condition has', () => {
    const values = [
      { name: 'a', select: '.p' },
      { name: 'stock', regex: '(.*) left' },
    ];
    assert.deepEqual(toFetchSource(source, { values }).values, [
      { name: 'values.a', select: '.p', all: true },
      { name: 'values.stock', select: 'regex:(.*) left', all: true },
    ]);
  });

  it('asks whether a page is new only where each value has a number to keep', () => {
    const values = [{ name: 'a', select: '.p' }];
    const reading = { kind: 'number', number: '4', unit: null, text: '4' } as const;
    const validators = (readings: SourceState['readings']) =>
      planFetch(source, state({ readings }), baseline(), NOON, values).validators;
    assert.deepEqual(validators({ a: { by: '.p', reading } }), { etag: '"e"' });
    assert.equal(validators({ a: { by: '.q', reading } }), undefined);
    assert.equal(validators({}), undefined);
  });
});
