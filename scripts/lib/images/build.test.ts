import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { configOf, IMAGES } from './build.ts';

const described = { version: '0.1.0', description: 'Watches web pages.', license: 'Apache-2.0' };
const config = (image: (typeof IMAGES)[number]) =>
  configOf(image, 'registry.example/team', described);
const dockerfile = (image: string): string =>
  readFileSync(path.join(import.meta.dirname, `${image}.Dockerfile`), 'utf8');

describe('images: how they start', () => {
  it('runs as a user that is not root, from the folder of the product', () => {
    for (const image of IMAGES) {
      const { user, workingFolder, entrypoint, name } = config(image);
      assert.deepEqual([user, workingFolder, entrypoint], ['10001:10001', '/app', ['node']]);
      assert.equal(name, `registry.example/team/${image}:0.1.0`);
    }
  });

  it('starts the browser or Postgres by itself where there is one, and says where the browser lies', () => {
    assert.deepEqual(config('duckmon-browser').command, ['services/browser/main.ts']);
    assert.match(
      config('duckmon-browser').environment['CHROMIUM_PATH'] ?? '',
      /^\/usr\/lib\/chromium\//,
    );
    assert.deepEqual(config('duckmon-postgres').command, ['services/store/embedded/trial.ts']);
    assert.deepEqual(config('duckmon').command, []);
    assert.equal(config('duckmon').environment['CHROMIUM_PATH'], undefined);
  });

  it('has labels with version and licence', () => {
    assert.deepEqual(config('duckmon').labels, {
      'org.opencontainers.image.title': 'duckmon',
      'org.opencontainers.image.description': 'Watches web pages.',
      'org.opencontainers.image.version': '0.1.0',
      'org.opencontainers.image.licenses': 'Apache-2.0',
    });
  });

  it('says the same in the Dockerfiles', () => {
    for (const image of IMAGES) {
      const text = dockerfile(image);
      const { user, workingFolder, environment, entrypoint, command } = config(image);
      const lines = [
        `USER ${user}`,
        `WORKDIR ${workingFolder}`,
        `ENTRYPOINT ${JSON.stringify(entrypoint)}`,
        ...(command.length > 0 ? [`CMD ${JSON.stringify(command)}`] : []),
        ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      ];
      for (const line of lines) assert.ok(text.includes(line), `${image}: ${line}`);
    }
  });
});
