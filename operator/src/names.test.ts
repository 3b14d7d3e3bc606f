import assert from 'node:assert/strict';
import { SERVICES } from '../../services/core/contracts/ports.ts';
import {
  ANNOTATIONS,
  CHILD_PREFIXES,
  COMPONENTS,
  CONDITIONS,
  EVENT_REASONS,
  LABELS,
  SECRETS,
  SERVICE_ACCOUNTS,
  keysSecretName,
} from './names.ts';

const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const REASON = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/;
const all = Object.values(CONDITIONS).flatMap((types) => Object.entries(types));

describe('operator: names', () => {
  it('has keys of labels and annotations that the API server accepts, each once', () => {
    const keys = [...Object.values(LABELS), ...Object.values(ANNOTATIONS)];
    assert.deepEqual(
      keys.filter((key) => !LABEL_KEY.test(key)),
      [],
    );
    assert.equal(new Set(keys).size, keys.length);
  });
  it('has reasons in the form that conditions demand', () => {
    const reasons = [...all.flatMap(([, reasons]) => reasons), ...EVENT_REASONS];
    assert.deepEqual(
      reasons.filter((reason) => !REASON.test(reason) || reason.length > 128),
      [],
    );
  });
  it('has no reason twice in a condition', () => {
    for (const [type, reasons] of all) assert.equal(new Set(reasons).size, reasons.length, type);
  });
  it('has the conditions that people wait for, of each kind', () => {
    const typesOf = (kind: keyof typeof CONDITIONS) => Object.keys(CONDITIONS[kind]);
    assert.deepEqual(typesOf('MonitorJob'), [
      'Accepted',
      'Scheduled',
      'Ready',
      'Healthy',
      'BudgetOK',
      'Paused',
    ]);
    for (const type of ['Ready', 'RecipientsConfirmed', 'Delivering'])
      assert.ok(typesOf('NotificationChannel').includes(type), type);
    for (const type of ['Ready', 'Available', 'Sandboxed', 'KeysCurrent'])
      assert.ok(typesOf('WorkerPool').includes(type), type);
    for (const type of ['Ready', 'KeysCurrent', 'KeysLost', 'DataKeyLost', 'Frozen'])
      assert.ok(typesOf('MonitorPlatform').includes(type), type);
  });
  it('fits every number of conditions into a status', () => {
    for (const types of Object.values(CONDITIONS)) assert.ok(Object.keys(types).length <= 16);
  });
  it('gives each service a component', () => {
    for (const service of SERVICES) assert.ok(COMPONENTS.includes(service), service);
  });
  it('has child prefixes of at most 12 characters', () => {
    for (const prefix of Object.values(CHILD_PREFIXES)) assert.ok(prefix.length <= 12, prefix);
  });
  it('gives pools accounts that begin like their children', () => {
    assert.equal(SERVICE_ACCOUNTS.poolPrefix, `${CHILD_PREFIXES.pool}-`);
  });
  it('names the Secrets of derived keys by the prefix that pods may mount', () => {
    assert.equal(keysSecretName('browser'), 'duckmon-keys-browser');
    assert.ok(keysSecretName('x').startsWith(SECRETS.keysPrefix));
  });
});
