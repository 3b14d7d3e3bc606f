import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { helm, kubectl, perform, quoted, read, shown } from './step.ts';
import { fakeDeps, PLACE } from './testing.ts';

describe('prod: steps', () => {
  it('name the cluster and the namespace in every call', () => {
    const place = { ...PLACE, kubeconfig: '/k' };
    assert.deepEqual(kubectl(place, ['get', 'pods']).args, [
      '--kubeconfig=/k',
      '--context=prod',
      '-n=duckmon',
      'get',
      'pods',
    ]);
    assert.deepEqual(helm(PLACE, ['list']).args, [
      '--kube-context=prod',
      '--namespace=duckmon',
      'list',
    ]);
  });

  it('are shown as a person types them, with what is piped in', () => {
    const step = kubectl(PLACE, ['apply', '--filename=-'], '{"kind": "Namespace"}\n');
    assert.equal(
      shown(step),
      `kubectl --context=prod -n=duckmon apply --filename=- <<'EOF'\n{"kind": "Namespace"}\nEOF`,
    );
  });

  it('quote words so that a shell hands on exactly them', () => {
    assert.equal(quoted('--set=a.b=c'), '--set=a.b=c');
    const word = fc.string({ unit: 'binary-ascii' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(word, (text) => {
        const output = execFileSync('/bin/sh', ['-c', `printf %s ${quoted(text)}`]);
        assert.equal(output.toString(), text);
      }),
      { numRuns: 30, examples: [["it's 'two' words"], ['']] },
    );
  });

  it('are performed with their input, and read as JSON', async () => {
    const deps = fakeDeps(({ line }) => (line === 'get x' ? '{"items": []}' : ''));
    await perform(kubectl(PLACE, ['create'], 'text'), deps);
    assert.deepEqual(await read(kubectl(PLACE, ['get', 'x']), deps), { items: [] });
    assert.deepEqual(deps.calls[0], { program: 'kubectl', line: 'create', input: 'text' });
  });
});
