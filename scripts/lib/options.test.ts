import assert from 'node:assert/strict';
import { parseUp } from './options.ts';

describe('the flags of up', () => {
  it('has defaults for everything', () => {
    assert.deepEqual(parseUp([], {}), {
      data: '.duckmon',
      manifests: undefined,
      demo: true,
      kubeconfig: undefined,
      detach: false,
      production: false,
      check: false,
      allowRoot: false,
      envFile: undefined,
      help: false,
    });
  });

  it('takes the data folder from the environment, and a flag before it', () => {
    assert.equal(parseUp([], { DUCKMON_DATA: '/srv/a' }).data, '/srv/a');
    assert.equal(parseUp(['--data', '/srv/b'], { DUCKMON_DATA: '/srv/a' }).data, '/srv/b');
  });

  it('reads every flag', () => {
    const options = parseUp(['--manifests', 'm', '--no-demo', '--detach', '--help'], {});
    assert.deepEqual(
      [options.manifests, options.demo, options.detach, options.help],
      ['m', false, true, true],
    );
  });

  it('takes monitors from a cluster or from files, and not from both', () => {
    assert.equal(parseUp(['--kubeconfig', 'k'], {}).kubeconfig, 'k');
    assert.throws(() => parseUp(['--kubeconfig', 'k', '--manifests', 'm'], {}), /kubectl apply/);
  });

  it('has no demo in production', () => {
    const options = parseUp(['--production', '--check', '--allow-root', '--env-file', 'e'], {});
    assert.deepEqual(
      [options.production, options.check, options.allowRoot, options.envFile, options.demo],
      [true, true, true, 'e', false],
    );
  });

  it('keeps production in the foreground and out of a cluster', () => {
    assert.throws(() => parseUp(['--production', '--detach'], {}), /foreground.*--detach/);
    assert.throws(() => parseUp(['--production', '--kubeconfig', 'k'], {}), /charts\/duckmon/);
  });

  it('takes the flags of production with production alone', () => {
    assert.throws(() => parseUp(['--check'], {}), /--check belongs to --production/);
    assert.throws(() => parseUp(['--allow-root'], {}), /--allow-root belongs to --production/);
  });

  it('refuses an unknown flag by name', () => {
    assert.throws(() => parseUp(['--detatch'], {}), /--detatch/);
  });

  it('refuses a flag without its value', () => {
    assert.throws(() => parseUp(['--data'], {}), /--data/);
  });

  it('refuses a word that is no flag', () => {
    assert.throws(() => parseUp(['start'], {}), /start/);
  });
});
