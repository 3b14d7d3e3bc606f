import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { backup, keyword, watch, watches } from '../core/import/testing/files.ts';
import { axeViolations } from './testing/axe.ts';
import { overflows } from './testing/pages.ts';
import { startVisit, type Visit } from './testing/visit.ts';

const MARKUP = '<img src=x onerror="document.title=\'broken\'">';

describe('a person who brings monitors along, and takes them elsewhere', function () {
  this.timeout(120_000);
  let visit: Visit;

  before(async () => {
    visit = await startVisit();
    visit.page.setDefaultTimeout(15_000);
  });

  after(() => visit?.stop());

  const button = (name: string | RegExp) => visit.page.getByRole('button', { name });
  const open = (path: string) => visit.page.goto(`${visit.pages.publicUrl}${path}`);
  const show = async (name: string, text: string): Promise<void> => {
    await visit.page
      .getByLabel('File')
      .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
    await button('Show what it becomes').click();
  };
  const stored = async (): Promise<string[]> => {
    const { json } = await visit.api.call('GET', '/api/v1/monitors', {
      token: visit.api.tokens.read,
    });
    return json.items.map((item) => (item as { metadata: { name: string } }).metadata.name);
  };
  const entry = (name: string) =>
    visit.page
      .getByRole('list', { name: 'Entries' })
      .getByRole('listitem')
      .filter({ hasText: name });

  it('finds the way there from an empty list', async () => {
    await open('/');
    await visit.page.getByRole('link', { name: 'import monitors' }).click();
    await visit.page.getByRole('heading', { name: 'Import monitors' }).waitFor();
    assert.deepEqual(await axeViolations(visit.page), []);
  });

  it('reads what a file becomes and what stays behind, before anything is created', async () => {
    await show(
      'url-watches.json',
      watches(
        watch({ title: 'Ducks', proxy: 'p' }),
        watch({ title: 'Geese' }),
        watch({ url: 'ftp://x/', title: 'Swans' }),
      ),
    );
    await visit.page
      .getByText('3 entries of changedetection.io: 2 can be created, 1 skipped.')
      .waitFor();
    await entry('Ducks').getByText('a monitor has no proxy of its own').waitFor();
    await visit.page.getByText('ftp://x/ is no http or https address').waitFor();
    assert.deepEqual(await stored(), []);
    assert.deepEqual(await overflows(visit.page), [0, 0]);
    assert.deepEqual(await axeViolations(visit.page), []);
  });

  it('creates those that are chosen', async () => {
    await visit.page.getByLabel('Create geese').uncheck();
    await button('Create 1').click();
    await visit.page.getByText('1 created, 1 can be created, 1 skipped.').waitFor();
    assert.deepEqual(await stored(), ['ducks']);
    await entry('Ducks').getByRole('link', { name: 'ducks' }).click();
    await visit.page.getByRole('heading', { name: 'ducks', exact: true }).waitFor();
  });

  it('is told that a name is taken, and what is wrong with a file', async () => {
    await open('/import');
    await show('kuma.json', backup(keyword({ name: 'Ducks' })));
    await entry('Ducks').getByText('exists already').waitFor();
    await show('x.json', '{"a": 1}');
    await visit.page.getByText('x.json: is of no program that is known here').waitFor();
  });

  it('D16 reads markup of a file as text', async () => {
    await open('/import');
    await show('kuma.json', backup(keyword({ name: MARKUP, keyword: MARKUP, [MARKUP]: MARKUP })));
    await entry(MARKUP).first().waitFor();
    assert.equal(await visit.page.locator('main img').count(), 0);
    assert.notEqual(await visit.page.title(), 'broken');
    assert.deepEqual(
      visit.complaints.filter((line) => !line.includes('422')),
      [],
    );
  });

  it('saves all monitors as manifests', async () => {
    await open('/');
    const download = visit.page.waitForEvent('download');
    await button('Export').click();
    const file = await download;
    assert.equal(file.suggestedFilename(), 'duckmon-manifests-team-a-2026-03-01.yaml');
    const manifest = parse(await readFile(await file.path(), 'utf8')) as { metadata: object };
    assert.deepEqual(manifest.metadata, { name: 'ducks' });
  });

  it('makes a feed of a monitor, which readers find while it is shown', async () => {
    await open('/monitors/ducks');
    await button('Make a feed').click();
    const shown = visit.page.getByRole('region', { name: 'New feed' });
    const url = (await shown.locator('code').first().textContent()) ?? '';
    assert.match(url, /\/api\/v1\/feed\.xml\?token=[\w-]{43}$/);
    const link = visit.page.locator('link[rel=alternate][type="application/atom+xml"]');
    assert.equal(await link.getAttribute('href'), url);
    const answer = await fetch(url);
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /duckmon: ducks/);
    assert.deepEqual(await overflows(visit.page), [0, 0]);
    assert.deepEqual(await axeViolations(visit.page), []);
    await button('I have kept it').click();
    await shown.waitFor({ state: 'detached' });
    assert.ok(!(await visit.page.content()).includes(url));
  });

  it('sees which feeds there are, and ends one', async () => {
    await open('/account');
    await visit.page.getByRole('link', { name: 'Feeds of findings' }).click();
    const line = visit.page.getByRole('listitem').filter({ hasText: 'ducks' });
    await line.getByText(/read/).waitFor();
    await button('Make a feed of all monitors').click();
    await button('I have kept it').click();
    await visit.page.getByText('All monitors', { exact: true }).waitFor();
    assert.deepEqual(await overflows(visit.page), [0, 0]);
    assert.deepEqual(await axeViolations(visit.page), []);
    await line.getByRole('button', { name: 'End' }).click();
    await line.waitFor({ state: 'detached' });
  });
});
