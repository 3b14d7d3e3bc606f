import assert from 'node:assert/strict';
import { violations } from './dependencies.ts';
import { readSource } from './source.ts';

const findingsFor = (path: string, text: string): string[] =>
  violations([readSource(path, text)]).map(({ line, message }) => `${line}: ${message}`);
const imports = (path: string, target: string): string[] =>
  findingsFor(path, `import { a } from '${target}';`);

describe('lint: dependency rule', () => {
  for (const [path, target] of [
    ['services/domain/a.ts', '../../crds/types/monitorjob.ts'],
    ['services/domain/a.ts', './extract/b.ts'],
    ['services/core/a.ts', '../domain/b.ts'],
    ['services/core/manifest/a.ts', '../../domain/b.ts'],
    ['services/store/a.ts', '../domain/b.ts'],
    ['services/store/a.ts', '../core/clock.ts'],
    ['services/browser/http/a.ts', '../../core/b.ts'],
    ['services/browser/http/a.ts', '../caps.ts'],
    ['services/api/a.ts', '../store/b.ts'],
    ['services/scheduler/check/a.ts', '../../store/b.ts'],
    ['services/cli/a.ts', '../core/contracts/b.ts'],
    ['services/cli/a.ts', '../core/import/b.ts'],
    ['services/cli/a.ts', '../core/manifest/b.ts'],
    ['services/local/a.ts', '../browser/start.ts'],
    ['services/local/demo/a.ts', '../../egress/config.ts'],
    ['services/local/a.ts', '../store/migrate.ts'],
    ['operator/src/main.ts', '../../services/core/keyring.ts'],
    ['services/api/a.ts', 'zod'],
  ] as const)
    it(`lets ${path} import ${target}`, () => {
      assert.deepEqual(imports(path, target), []);
    });

  for (const [path, target, message] of [
    ['services/domain/a.ts', '../core/b.ts', 'services/domain may not import services/core/b.ts'],
    ['services/domain/a.ts', '../../crds/crds.ts', 'services/domain may not import crds/crds.ts'],
    ['services/core/a.ts', '../store/b.ts', 'services/core may not import services/store/b.ts'],
    ['services/core/a.ts', '../api/b.ts', 'services/core may not import services/api/b.ts'],
    [
      'services/browser/a.ts',
      '../store/b.ts',
      'services/browser may not import services/store/b.ts',
    ],
    [
      'services/llm/a/b.ts',
      '../../browser/c.ts',
      'services/llm may not import services/browser/c.ts',
    ],
    [
      'services/scheduler/a.ts',
      '../api/start.ts',
      'services/scheduler may not import services/api/start.ts',
    ],
    ['services/cli/a.ts', '../core/log.ts', 'services/cli may not import services/core/log.ts'],
    ['services/cli/a.ts', '../store/b.ts', 'services/cli may not import services/store/b.ts'],
    [
      'services/local/a.ts',
      '../browser/pool.ts',
      'services/local may not import services/browser/pool.ts',
    ],
    [
      'services/local/a.ts',
      '../browser/sub/start.ts',
      'services/local may not import services/browser/sub/start.ts',
    ],
    ['services/api/a.ts', '../../scripts/b.ts', 'services/api may not import scripts/b.ts'],
    [
      'operator/src/a.ts',
      '../../services/store/b.ts',
      'operator may not import services/store/b.ts',
    ],
    ['crds/types/a.ts', '../../services/domain/b.ts', 'crds may not import services/domain/b.ts'],
    [
      'services/domainx/a.ts',
      '../domain/b.ts',
      'services/domainx may not import services/domain/b.ts',
    ],
  ] as const)
    it(`does not let ${path} import ${target}`, () => {
      assert.deepEqual(imports(path, target), [`1: ${message}`]);
    });

  it('counts an import of types as an import', () => {
    const text = `import type { A } from '../api/a.ts';`;
    assert.equal(findingsFor('services/llm/a.ts', text).length, 1);
  });

  it('lets tests, their helpers and scripts import anything', () => {
    for (const path of ['services/core/a.test.ts', 'services/core/testing/a.ts', 'scripts/a.ts'])
      assert.deepEqual(imports(path, '../api/start.ts'), []);
  });
});

describe('lint: C19 raw sockets', () => {
  for (const module of [
    'node:http',
    'node:https',
    'node:net',
    'node:tls',
    'node:dns',
    'node:dns/promises',
    'node:dgram',
    'http',
    'undici',
  ])
    it(`finds ${module} in a service`, () => {
      assert.deepEqual(findingsFor('services/llm/a.ts', `\nimport { request } from '${module}';`), [
        `2: uses ${module}; open sockets only through services/core/egress/transport.ts`,
      ]);
    });

  it('finds the global fetch, WebSocket and EventSource in a service', () => {
    const text = `await fetch('http://x');\nnew WebSocket(u);\nnew EventSource(u);`;
    assert.equal(findingsFor('services/scheduler/a.ts', text).length, 3);
  });

  it('finds a module that is imported whole or late', () => {
    assert.equal(findingsFor('services/llm/a.ts', `import net from 'node:net';`).length, 1);
    assert.equal(findingsFor('services/llm/a.ts', `await import('node:net');`).length, 1);
    assert.equal(findingsFor('services/llm/a.ts', `import 'undici';`).length, 1);
  });

  for (const text of [
    `const net = require('node:net');`,
    `const { connect } = createRequire(import.meta.url)('x').y ?? require('net');`,
    `process.getBuiltinModule('node:dgram').createSocket('udp4');`,
    `const send = globalThis.fetch;`,
    `await globalThis['fetch'](url);`,
    `const { fetch } = deps;\nawait (globalThis.fetch ?? fetch)(url);`,
  ])
    it(`finds the way around it in ${text.replace('\n', ' ')}`, () => {
      assert.equal(findingsFor('services/notification/a.ts', text).length, 1);
    });

  it('passes a type, and a file of data that is read by its path', () => {
    const text = `let f: typeof globalThis.fetch;\nconst { version } = createRequire(import.meta.url)('../../package.json');\nrequire('./a.json');`;
    assert.deepEqual(findingsFor('services/llm/a.ts', text), []);
  });

  it('passes types and functions that open no socket', () => {
    const text = `import type { Socket } from 'node:net';\nimport { isIP, type Server } from 'node:net';`;
    assert.deepEqual(findingsFor('services/llm/a.ts', text), []);
  });

  for (const path of [
    'services/core/http/serve.ts',
    'services/egress/dial.ts',
    'services/store/pool.ts',
    'services/cli/client.ts',
    'services/local/demo/shop.ts',
    'operator/src/kube/transport.ts',
    'services/llm/a.test.ts',
    'scripts/bench/main.ts',
  ])
    it(`passes ${path}, which opens sockets by its nature`, () => {
      assert.deepEqual(
        findingsFor(path, `import { connect } from 'node:net';\nawait fetch('x');`),
        [],
      );
    });

  it('passes no other file beside one that is passed', () => {
    const text = `import { connect } from 'node:net';`;
    for (const path of [
      'services/cli/client.tsx',
      'services/cli/other.ts',
      'services/corex/a.ts',
      'operator/src/controllers/a.ts',
    ])
      assert.equal(findingsFor(path, text).length, 1, path);
  });
});
