import assert from 'node:assert/strict';
import { admissionTemplate, crdTemplate, rightsTemplate, tenantTemplate } from './templates.ts';

const HERE = '{{ .Release.Namespace }}';

describe('chart: templates from manifests', () => {
  it('can leave a definition out, and leave it behind', () => {
    const made = crdTemplate('crds/x.yaml', 'kind: X\nmetadata:\n  name: x\nspec: {}\n');
    assert.match(
      made,
      /^\{\{- \/\* Generated from crds\/x\.yaml .*\n\{\{- if \.Values\.crds\.enabled \}\}\n/,
    );
    assert.match(made, /keep \}\}\n {2}annotations: \{helm\.sh\/resource-policy: keep\}\n/);
    assert.ok(made.endsWith('spec: {}\n{{- end }}\n'), made);
  });

  it('keep braces of a description from Helm', () => {
    assert.ok(crdTemplate('x', 'text: a {{b}}\n').includes('text: a {{ "{{" }}b}}'));
  });

  it('mean the namespace of the release wherever the manifest means its own', () => {
    const text = [
      "expression: user == 'system:serviceaccount:duckmon:duckmon-api'",
      "expression: object.metadata.namespace == 'duckmon'",
      '    namespace: duckmon',
      '  name: duckmon-operator-kubernetes-duckmon',
      '',
    ].join('\n');
    const made = admissionTemplate('x', text);
    assert.ok(made.includes(`'system:serviceaccount:${HERE}:duckmon-api'`), made);
    assert.ok(made.includes(`namespace == '${HERE}'`), made);
    assert.ok(made.includes(`    namespace: ${HERE}\n`), made);
    assert.ok(rightsTemplate('x', text).includes(`name: duckmon-operator-kubernetes-${HERE}\n`));
  });

  it('repeat a binding for each namespace of the list', () => {
    const text =
      'metadata:\n  name: x\n  namespace: team-a\nsubjects:\n  - name: x\n    namespace: duckmon\n';
    const made = tenantTemplate('x', text);
    assert.match(made, /range .*\n---\nmetadata:/);
    assert.ok(made.includes('  namespace: {{ . }}\n'), made);
    assert.ok(made.includes('    namespace: {{ $.Release.Namespace }}\n'), made);
  });
});
