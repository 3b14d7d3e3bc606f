import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { backup, keyword, watch, watches } from '../../core/import/testing/files.ts';
import type { Seen } from '../testing/api.ts';
import { useFixture } from '../testing/fixture.ts';

interface Body {
  readonly documents: {
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly spec?: { readonly alerting?: { readonly channelRefs?: object[] } };
  }[];
  readonly dryRun: boolean;
}
const bodyOf = (seen: Seen): Body => seen.body as Body;

describe('duckmon import', () => {
  const world = useFixture();
  /** Answers each document with an action by its name; `created` when none is given. */
  const answer = (actions: Readonly<Record<string, string>> = {}): void => {
    world.api.script['POST /api/v1/apply'] = (seen) => ({
      body: {
        results: bodyOf(seen).documents.map(({ kind, metadata: { name } }) => ({
          kind,
          name,
          action: actions[name] ?? 'created',
          ...(actions[name] === 'refused'
            ? { problems: [{ path: 'spec.schedule', message: 'too many' }] }
            : {}),
        })),
      },
    });
  };
  const applied = () =>
    world.api.seen.map(bodyOf).map(({ documents, dryRun }) => ({
      dryRun,
      names: documents.map(({ metadata }) => metadata.name),
    }));

  it('creates what is new, and says of each field what stays behind', async () => {
    world.write('url-watches.json', watches(watch({ proxy: 'p' }), watch({ url: 'ftp://x/' })));
    answer();
    const { code, out, err } = await world.cli(['import', 'url-watches.json']);
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /^monitorjob\/duck-price of “Duck: price”\n/);
    assert.match(out, /^ {2}left out proxy: a monitor has no proxy of its own$/m);
    assert.match(out, /^skipped “Duck: price”: url: ftp:\/\/x\/ is no http or https address; /m);
    assert.match(out, /^ {2}left out history: /m);
    assert.match(out, /^monitorjob\/duck-price created$/m);
    assert.deepEqual(applied(), [
      { dryRun: true, names: ['duck-price'] },
      { dryRun: false, names: ['duck-price'] },
    ]);
  });

  it('leaves alone what exists, and ends with 1', async () => {
    world.write('kuma.json', backup(keyword({ name: 'a' }), keyword({ name: 'b' })));
    answer({ a: 'configured' });
    const { code, out, err } = await world.cli(['import', 'kuma.json', '--from', 'uptimeKuma']);
    assert.equal(code, 1);
    assert.match(out, /^monitorjob\/b created$/m);
    assert.equal(err, 'monitorjob/a exists already and was left alone\n');
    assert.deepEqual(applied().at(-1), { dryRun: false, names: ['b'] });
  });

  it('says why the API refuses one', async () => {
    world.write('kuma.json', backup(keyword({ name: 'a' })));
    answer({ a: 'refused' });
    const { code, err } = await world.cli(['import', 'kuma.json']);
    assert.deepEqual([code, err], [1, 'monitorjob/a refused: spec.schedule: too many\n']);
  });

  it('changes nothing in a dry run', async () => {
    world.write('kuma.json', backup(keyword({ name: 'a' })));
    answer();
    const { code, out } = await world.cli(['import', 'kuma.json', '--dry-run']);
    assert.equal(code, 0);
    assert.match(out, /^monitorjob\/a created \(dry run\)$/m);
    assert.deepEqual(applied(), [{ dryRun: true, names: ['a'] }]);
  });

  it('has monitors tell a channel that there is, and says which do', async () => {
    const muted = watch({ title: 'Mute', notification_muted: true });
    world.write('w.json', watches(watch({ notification_urls: ['mailto:a@b.example'] }), muted));
    answer();
    world.api.script['GET /api/v1/channels/ops'] = { body: {} };
    const { code, out } = await world.cli(['import', 'w.json', '--channel', 'ops']);
    assert.equal(code, 0);
    assert.match(out, /^ {2}changed {2}alerting\.channelRefs: it tells the channel ops$/m);
    assert.match(
      out,
      /^ {2}left out alerting\.channelRefs: it was muted, so it does not tell ops$/m,
    );
    assert.doesNotMatch(out, /create a channel/);
    const made = world.api.seen.at(-1) as Seen;
    assert.deepEqual(
      bodyOf(made).documents.map(({ spec }) => spec?.alerting?.channelRefs),
      [[{ name: 'ops' }], undefined],
    );
  });

  it('imports nothing for a channel that is not there, or that none can be called', async () => {
    world.write('kuma.json', backup(keyword({ name: 'a' })));
    answer();
    const unknown = await world.cli(['import', 'kuma.json', '--channel', 'gone']);
    assert.deepEqual([unknown.code, unknown.out], [3, '']);
    assert.match(unknown.err, /--channel gone: there is no such channel; create it first/);
    const wrong = await world.cli(['import', 'kuma.json', '--channel', 'No Name']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /--channel "No Name": is no name of a channel/);
    assert.ok(world.api.seen.every(({ method }) => method === 'GET'));
  });

  it('writes manifests into a folder without asking the API', async () => {
    world.write('kuma.json', backup(keyword({ name: 'a' })));
    const { code, out } = await world.cli(['import', 'kuma.json', '-o', 'made']);
    assert.equal(code, 0);
    assert.match(out, /^made\/a\.yaml written$/m);
    const manifest = parse(readFileSync(path.join(world.folder, 'made/a.yaml'), 'utf8')) as {
      metadata: { name: string };
    };
    assert.equal(manifest.metadata.name, 'a');
    assert.equal(world.api.seen.length, 0);
  });

  it('overwrites no file, and writes none when one is there', async () => {
    world.write('kuma.json', backup(keyword({ name: 'a' }), keyword({ name: 'b' })));
    world.write('made/b.yaml', 'mine');
    const { code, err } = await world.cli(['import', 'kuma.json', '-o', 'made']);
    assert.equal(code, 1);
    assert.match(err, /made\/b\.yaml: there already; name another folder/);
    assert.equal(existsSync(path.join(world.folder, 'made/a.yaml')), false);
  });

  it('reads standard input', async () => {
    answer();
    const readInput = async () => 'url: https://a.example/\n';
    const { code, out } = await world.cli(['import', '-'], { readInput });
    assert.equal(code, 0);
    assert.match(out, /^monitorjob\/a-example created$/m);
  });

  it('ends with 1 when there is nothing in the file that can be imported', async () => {
    world.write('kuma.json', backup(keyword({ type: 'ping', name: 'router' })));
    const { code, out, err } = await world.cli(['import', 'kuma.json']);
    assert.deepEqual([code, err], [1, 'nothing can be imported\n']);
    assert.match(out, /skipped “router”/);
  });

  it('names the file that it cannot read', async () => {
    assert.match(
      (await world.cli(['import', 'none.json'])).err,
      /none\.json cannot be read: it does not exist/,
    );
    world.write('x.json', '{}');
    assert.match((await world.cli(['import', 'x.json'])).err, /x\.json: is of no program/);
  });

  it('lets no escape code of a file reach the terminal', async () => {
    world.write('kuma.json', backup(keyword({ name: 'a\u001b[31mred' })));
    answer();
    const { out } = await world.cli(['import', 'kuma.json']);
    assert.ok(!out.includes('\u001b'));
  });
});
