import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { pdfOf } from '../../../scripts/testing/site/pdf.ts';
import { DEFAULT_CAPS, type Caps } from '../caps.ts';
import { createReader, type DocumentReader, type ReaderOptions } from './reader.ts';
import type { Document, ReadingRules } from './types.ts';

const RULES: ReadingRules = { format: 'Auto', values: [] };
const never = new AbortController().signal;

const documentOf = (body: string | Buffer, contentType = 'text/html', status = 200): Document => ({
  body: Buffer.from(body),
  hash: createHash('sha256').update(body).digest('hex'),
  contentType,
  status,
  finalUrl: 'http://a.test/',
});

describe('document reader', () => {
  const readers: DocumentReader[] = [];
  const reader = (
    options: Partial<ReaderOptions> = {},
    caps: Partial<Caps> = {},
  ): DocumentReader => {
    const made = createReader({ caps: { ...DEFAULT_CAPS, ...caps }, ...options });
    readers.push(made);
    return made;
  };
  afterEach(async () => {
    await Promise.all(readers.splice(0).map((one) => one.close()));
  });

  it('reads in a thread what it reads at once', async () => {
    const document = documentOf('<h1>Same</h1><p>text <b>here</b></p>');
    const inline = await reader().read(document, RULES, never);
    const threaded = await reader({ inlineBytes: 0 }).read(document, RULES, never);
    assert.deepEqual(threaded, inline);
  });

  it('reads an unchanged document once', async () => {
    const made = reader();
    const first = await made.read(documentOf('<p>same</p>'), RULES, never);
    // A body of which nothing could be read shows that it was not looked at.
    const again = { ...documentOf('<p>same</p>'), body: new Uint8Array() };
    assert.deepEqual(await made.read(again, RULES, never), first);
  });

  it('reads an unchanged document anew for other rules', async () => {
    const made = reader();
    const document = documentOf('<h1>head</h1><p>text</p>');
    await made.read(document, RULES, never);
    const rules = { ...RULES, select: { include: ['p'] } };
    assert.equal((await made.read(document, rules, never)).text, 'text');
  });

  it('reads the text of a PDF', async () => {
    const { text } = await reader().read(documentOf(pdfOf(['One', 'Two']), ''), RULES, never);
    assert.equal(text, 'One\nTwo');
  });

  it('knows a PDF by its first bytes', async () => {
    const document = documentOf(pdfOf(['One']), 'application/octet-stream');
    assert.equal((await reader().read(document, RULES, never)).text, 'One');
  });

  it('leaves out the pages of a PDF after the cap, with a warning', async () => {
    const document = documentOf(pdfOf(['One', 'Two', 'Three']), 'application/pdf');
    const read = await reader({}, { pdfPages: 2 }).read(document, RULES, never);
    assert.equal(read.text, 'One\nTwo');
    assert.match(read.warnings.join(), /first 2 of 3 pages/);
  });

  it('finds values in a PDF', async () => {
    const rules = { ...RULES, values: [{ name: 'n', select: String.raw`regex:Total (\d+)` }] };
    const document = documentOf(pdfOf(['Total 12']), 'application/pdf');
    assert.deepEqual((await reader().read(document, rules, never)).values, { n: '12' });
  });

  it('C31 cuts a long text at a whole line, with a warning', async () => {
    const document = documentOf('one\ntwo\nthree', 'text/plain');
    const read = await reader({}, { textCharacters: 9 }).read(document, RULES, never);
    assert.equal(read.text, 'one\ntwo');
    assert.match(read.warnings.join(), /very long/);
  });

  it('gives an error page of an unreadable type no text', async () => {
    const document = documentOf('x', 'image/png', 404);
    assert.equal((await reader().read(document, RULES, never)).text, '');
  });

  it('refuses an unreadable type', async () => {
    const reading = reader().read(documentOf('x', 'image/png'), RULES, never);
    await assert.rejects(reading, { code: 'unsupportedContent', message: /image\/png/ });
  });

  it('follows the format that is asked for', async () => {
    const rules = { ...RULES, format: 'Text' as const };
    const read = await reader().read(documentOf('<p>as it is</p>'), rules, never);
    assert.equal(read.text, '<p>as it is</p>');
  });

  it('takes nothing to read as no mistake of a selector', async () => {
    const rules = { ...RULES, select: { include: ['#none'] } };
    assert.equal((await reader().read(documentOf(''), rules, never)).text, '');
  });

  it('ends a thread over its deadline', async () => {
    const slow = reader({ inlineBytes: 0, threads: { deadlineMs: 1 } });
    await assert.rejects(slow.read(documentOf('<p>x</p>'), RULES, never), { code: 'timeout' });
  });

  it('works again after a thread was ended', async () => {
    const abort = new AbortController();
    const made = reader({ inlineBytes: 0, threads: { count: 1 } });
    const ended = made.read(documentOf('<p>x</p>'), RULES, abort.signal);
    abort.abort(new Error('gone'));
    await assert.rejects(ended, /gone/);
    assert.equal((await made.read(documentOf('<p>x</p>'), RULES, never)).text, 'x');
  });

  it('lets more documents wait than there are threads', async () => {
    const made = reader({ inlineBytes: 0, threads: { count: 1 } });
    const texts = ['a', 'b', 'c'].map((word) =>
      made.read(documentOf(`<p>${word}</p>`), RULES, never),
    );
    assert.deepEqual(
      (await Promise.all(texts)).map(({ text }) => text),
      ['a', 'b', 'c'],
    );
  });

  it('calls a thread without memory outOfMemory', async () => {
    const small = reader({ inlineBytes: 0, threads: { memoryMb: 24 } });
    const document = documentOf(`<ul>${'<li>entry of a list'.repeat(200_000)}</ul>`);
    await assert.rejects(small.read(document, RULES, never), { code: 'outOfMemory' });
  });
});
