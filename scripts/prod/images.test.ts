import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { SetupError } from '../../services/core/errors.ts';
import { IMAGES } from '../lib/images/build.ts';
import { root } from '../lib/prepare.ts';
import {
  CHART_VALUES,
  chartValues,
  readImages,
  repositoryOf,
  writeImages,
  writeValues,
  type KnownImages,
} from './images.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const KNOWN: KnownImages = {
  place: 'registry',
  images: {
    duckmon: { repository: 'reg.example.org/duckmon', digest },
    'duckmon-browser': { repository: 'reg.example.org/duckmon-browser', digest },
    'duckmon-postgres': { repository: 'reg.example.org/duckmon-postgres', digest },
  },
};

describe('prod: images.json', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-images-'));
    file = path.join(folder, 'images.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const rejects = (wanted: RegExp): void =>
    assert.throws(
      () => readImages(file),
      (error) => error instanceof SetupError && wanted.test(error.message),
    );

  it('keeps what was built', () => {
    writeImages(file, KNOWN);
    assert.deepEqual(readImages(file), KNOWN);
  });

  it('is missed with the word that writes it', () => {
    rejects(/npm run prod-build builds .*; --own-images goes without/);
  });

  it('must be whole: every image with a digest', () => {
    writeFileSync(file, '{');
    rejects(/is damaged \(.*\); npm run prod-build/);
    const { duckmon } = KNOWN.images;
    writeFileSync(file, JSON.stringify({ place: 'here', images: { duckmon } }));
    rejects(/is damaged[^]*duckmon-browser/);
    const wrong = { ...duckmon, digest: 'sha256:1' };
    const images = { ...KNOWN.images, duckmon: wrong };
    assert.throws(() => writeImages(file, { ...KNOWN, images }), /digest/);
  });

  it('becomes values of the chart, each where the chart has one', () => {
    writeValues(file, KNOWN);
    const values = JSON.parse(readFileSync(file, 'utf8')) as object;
    assert.deepEqual(values, chartValues(KNOWN));
    const chart = parse(
      readFileSync(path.join(root, 'charts/duckmon/values.yaml'), 'utf8'),
    ) as object;
    for (const image of IMAGES)
      for (const key of ['repository', 'digest']) {
        const names = [...CHART_VALUES[image], key];
        const at = (tree: object): unknown =>
          names.reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], tree);
        assert.equal(typeof at(chart), 'string', names.join('.'));
        assert.equal(at(values), KNOWN.images[image][key as 'digest']);
      }
  });

  it('has names without their tags', () => {
    assert.equal(
      repositoryOf('reg.example.org:5000/duckmon:0.1.0'),
      'reg.example.org:5000/duckmon',
    );
    assert.equal(repositoryOf('reg.example.org:5000/duckmon'), 'reg.example.org:5000/duckmon');
  });
});
