import assert from 'node:assert/strict';
import path from 'node:path';
import { SetupError } from '../../services/core/errors.ts';
import { DEFAULT_OUTPUT, imagesFile, parseProd } from './arguments.ts';
import { WORDS } from './commands.ts';
import { helpOf } from './help.ts';
import { WHERE } from './testing.ts';

describe('prod: command lines', () => {
  const refuses = (args: readonly string[], wanted: RegExp): void =>
    assert.throws(
      () => parseProd(args),
      (error) => error instanceof SetupError && wanted.test(error.message),
    );

  it('mean the namespace and the release duckmon of the current context', () => {
    assert.deepEqual(parseProd(['prod-health']), {
      kind: 'prod-health',
      where: WHERE,
      dryRun: false,
      json: false,
    });
  });

  it('name another place, the kubeconfig by its whole path', () => {
    const flags = ['--kubeconfig=k', '--context=c', '-n', 'ns', '--release=r', '--dry-run'];
    assert.deepEqual(parseProd(['prod-health', ...flags]), {
      kind: 'prod-health',
      where: { kubeconfig: path.resolve('k'), context: 'c', namespace: 'ns', release: 'r' },
      dryRun: true,
      json: false,
    });
  });

  it('prod-up keeps files and values of the chart in their order', () => {
    const flags = ['--values', 'a.yaml', '-f', 'b.yaml', '--set', 'x=1', '--set=y=2'];
    assert.deepEqual(parseProd(['prod-up', ...flags, '--timeout=90s', '--keep-namespace']), {
      kind: 'prod-up',
      where: WHERE,
      dryRun: false,
      images: imagesFile(DEFAULT_OUTPUT),
      values: ['a.yaml', 'b.yaml'],
      set: ['x=1', 'y=2'],
      keepNamespace: true,
      timeoutMs: 90_000,
    });
  });

  it('prod-up reads no images when the values of the person name them', () => {
    const command = parseProd(['prod-up', '--own-images']);
    assert.equal(command.kind === 'prod-up' && command.images, undefined);
  });

  it('prod-build takes a registry without the slash at its end', () => {
    const command = parseProd(['prod-build', '--registry=reg.example.org/duck/', '--push']);
    assert.ok(command.kind === 'prod-build' && command.push);
    assert.equal(command.registry, 'reg.example.org/duck');
  });

  it('prod-logs takes one part, or all', () => {
    const command = parseProd(['prod-logs', 'api', '-f', '-p', '--since=15m', '--tail=20']);
    const expected = { part: 'api', follow: true, previous: true, since: '15m', tail: 20 };
    assert.deepEqual(command, { kind: 'prod-logs', where: WHERE, dryRun: false, ...expected });
    const all = parseProd(['prod-logs']);
    assert.ok(all.kind === 'prod-logs' && all.part === undefined && all.tail === undefined);
  });

  it('leave this machine’s duckmon its own flags, unless they are for a cluster', () => {
    const args = ['backup', 'file', '--force', '--data', 'd'];
    assert.deepEqual(parseProd([...args, '--dry-run']), { kind: 'local', args, dryRun: true });
    assert.deepEqual(parseProd(['generate-keys']), {
      kind: 'local',
      args: ['generate-keys'],
      dryRun: false,
    });
    assert.equal(parseProd(['generate-keys', '--cluster']).kind, 'generate-keys');
    assert.equal(parseProd(['backup', '--cluster']).kind, 'backup');
    const command = parseProd(['restore', '--cluster', 'latest', '--yes']);
    assert.ok(command.kind === 'restore' && command.from === 'latest' && command.yes);
  });

  for (const [args, wanted] of [
    [['prod-dwon'], /no prod-dwon; there are generate-keys, prod-build, .* and restore\.$/],
    [['prod-up', '--value=x'], /Unknown option '--value'/],
    [['prod-up', 'now'], /^now is one word too many\.$/],
    [['prod-up', '--timeout=3'], /^--timeout 3 must be a duration such as 90s/],
    [['prod-build', '--push'], /--push needs --registry/],
    [['prod-build', '--docker'], /--docker needs --registry/],
    [['prod-logs', 'apis'], /no part apis; there are dashboard, api, /],
    [['prod-logs', '--since=yesterday'], /^--since yesterday must be a duration/],
    [['prod-logs', '--tail=all'], /^--tail all must be a whole number/],
    [['backup'], /backup takes a FILE .* or --cluster/],
    [['restore', '--dry-run'], /restore takes a FILE .* or --cluster/],
    [['backup', '--cluster', 'file'], /takes no FILE/],
    [['restore', '--cluster'], /takes latest, or the name/],
  ] as const)
    it(`refuse ${args.join(' ')} in a sentence`, () => refuses(args, wanted));
});

describe('prod: help', () => {
  it('is asked for by no word, and behind each', () => {
    assert.deepEqual(parseProd([]), { kind: 'help', word: undefined });
    assert.deepEqual(parseProd(['-h']), { kind: 'help', word: undefined });
    for (const word of WORDS)
      assert.deepEqual(parseProd([word, '--cluster', '--help']), { kind: 'help', word });
  });

  it('names every word, with its usage', () => {
    for (const word of WORDS) {
      assert.match(helpOf(undefined), new RegExp(`^  ${word} `, 'm'));
      assert.match(helpOf(word), new RegExp(`^Usage: npm run ${word}\\b`));
    }
  });

  for (const word of WORDS)
    it(`tells of no flag that ${word} does not know`, () => {
      const flags = [...helpOf(word).matchAll(/(?<=^ {2}|, {1}| {3})--[a-z-]+/gm)].map(String);
      assert.ok(flags.includes('--dry-run'));
      for (const flag of flags.filter((name) => name !== '--help'))
        try {
          parseProd([word, '--cluster', flag]);
        } catch (error) {
          assert.ok(error instanceof SetupError);
          assert.doesNotMatch(error.message, new RegExp(`Unknown option '${flag}`), flag);
        }
    });
});
