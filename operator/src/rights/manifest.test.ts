import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { everyTenantBinding, operatorRights, tenantBinding } from './manifest.ts';
import { grantsOf, KUBERNETES_RULES, PLATFORM_RULES, TENANT_RULES } from './rules.ts';

const folder = path.resolve(import.meta.dirname, '../../../manifests/base/rbac');
const read = (file: string): unknown[] =>
  parseAllDocuments(readFileSync(path.join(folder, file), 'utf8')).map((one) => one.toJS());
const all = [...PLATFORM_RULES, ...TENANT_RULES, ...KUBERNETES_RULES];

describe("operator: rights of the operator's account", () => {
  it('G9 stand in manifests/base/rbac word by word', () => {
    assert.deepEqual(read('operator.yaml'), operatorRights('duckmon'));
    assert.deepEqual(read('tenant.yaml'), [tenantBinding('duckmon', 'team-a')]);
    assert.deepEqual(read('all-namespaces/operator.yaml'), [everyTenantBinding('duckmon')]);
  });
  it('G9 name every resource and verb: no wildcard', () => {
    assert.ok(!JSON.stringify(all).includes('*'));
  });
  it('G10 reach no Secret without its name', () => {
    for (const { resources, names } of all)
      if (resources.includes('secrets')) assert.ok(names && names.length > 0);
  });
  it('G10 hold none of the rights that lead to others', () => {
    const grants = [PLATFORM_RULES, TENANT_RULES, KUBERNETES_RULES].flatMap(grantsOf);
    for (const word of ['escalate', 'bind', 'impersonate', 'exec', 'attach', 'token', 'webhook'])
      assert.deepEqual(
        grants.filter((one) => one.includes(word)),
        [],
      );
    assert.deepEqual(
      grants.filter((one) => /roles|rolebindings|nodes|namespaces/.test(one)),
      [],
    );
  });
  it('G9 are the same in one namespace of a tenant and in all of them', () => {
    const one = tenantBinding('duckmon', 'team-a') as { roleRef: object; subjects: object };
    const all = everyTenantBinding('duckmon') as typeof one;
    assert.deepEqual([all.roleRef, all.subjects], [one.roleRef, one.subjects]);
  });
  it('G10 never delete a root key', () => {
    const grants = grantsOf(PLATFORM_RULES);
    assert.deepEqual(
      grants.filter((one) => one.startsWith('delete secrets')),
      [],
    );
  });
});
