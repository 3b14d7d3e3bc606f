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
