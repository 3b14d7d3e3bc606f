import assert from 'node:assert/strict';
import { removals, stays } from './remains.ts';
import { PLACE } from './testing.ts';

describe('prod-down: what stays', () => {
  it('is data, keys and definitions with the values as they are', () => {
    const lines = stays({ postgres: { mode: 'bundled' } }, 'duckmon').join('\n');
    for (const wanted of [/definitions/, /volume of Postgres/, /key of what is/, /of backups/])
      assert.match(lines, wanted);
    assert.doesNotMatch(lines, /not ours/);
  });

  it('is next to nothing when the values keep nothing', () => {
    const postgres = { mode: 'bundled', bundled: { keep: false } } as const;
    const values = { crds: { keep: false }, postgres, backup: { storage: { keep: false } } };
    assert.deepEqual(stays(values, 'duckmon'), ['Secrets of your own, and the namespace duckmon']);
  });

  it('is a database outside, with the key of what is encrypted in it', () => {
    const lines = stays({ postgres: { mode: 'external' } }, 'duckmon').join('\n');
    assert.match(lines, /the database, which is not ours/);
    assert.match(lines, /the key of what is encrypted/);
    assert.doesNotMatch(lines, /volume of Postgres/);
  });
});

describe('prod-down: the commands that remove it', () => {
  it('name what is ours, and nothing of anybody else', () => {
    const ours = [
      'persistentvolumeclaim/data-duckmon-postgres-0',
      'persistentvolumeclaim/duckmon-backups',
      'secret/duckmon-postgres',
      'secret/duckmon-data-key',
      'secret/duckmon-keys-api',
    ];
    const theirs = [
      'persistentvolumeclaim/data-shop-postgres-0',
      'secret/duckmon-keys-model-openai',
      'secret/duckmon-google',
      'secret/duckmon-tls',
      'secret/sh.helm.release.v1.duckmon.v1',
      'customresourcedefinition.apiextensions.k8s.io/jobs.example.org',
    ];
    const definition =
      'customresourcedefinition.apiextensions.k8s.io/monitorjobs.mon.duckerhub.com';
    assert.deepEqual(removals([...ours, ...theirs, definition], PLACE), [
      `kubectl --context=prod -n=duckmon delete ${ours.join(' ')}`,
      `kubectl --context=prod -n=duckmon delete ${definition}`,
    ]);
  });

  it('are none when nothing is left', () => {
    assert.deepEqual(removals([], PLACE), []);
  });
});
