/** Small valid WorkerPools and MonitorPlatforms, and samples of their CEL rules. */
import type { ManifestValue } from '../../services/core/manifest/documents.ts';
import type { RuleSample } from '../../services/core/manifest/testing/ruleSamples.ts';
import { changed, type Changes } from '../../services/core/manifest/testing/samples.ts';

const apiVersion = 'mon.duckerhub.com/v1alpha1';

/** The smallest pool of browsers. */
export const pool = (changes: Changes = {}): ManifestValue =>
  changed(
    { apiVersion, kind: 'WorkerPool', metadata: { name: 'shared' }, spec: { role: 'Browser' } },
    changes,
  );

/** A pool that asks a model. */
export const llmPool = (changes: Changes = {}): ManifestValue =>
  pool({ 'spec.role': 'LLM', 'spec.model': { name: 'gpt-5.4-mini' }, ...changes });

/** The smallest platform. */
export const platform = (changes: Changes = {}): ManifestValue =>
  changed(
    { apiVersion, kind: 'MonitorPlatform', metadata: { name: 'default' }, spec: {} },
    changes,
  );

const toleration = { key: 'spot', operator: 'Exists' };
const labels = { matchLabels: { app: 'shop' } };
const identity = {
  issuer: 'https://accounts.google.com',
  clientIdFrom: { secretKeyRef: { name: 'google', key: 'client-id' } },
};
const modelKey = { name: 'duckmon-keys-model-openai', key: 'key' };
const HTTP_URL = 'must be an absolute http or https URL with a host';
const MODEL_SECRET =
  'must begin with duckmon-keys-model-, so that pods of the platform may mount it';
const TOO_WIDE =
  'is wider than any private network: write the network that you mean, 10.0.0.0/8 or fc00::/7 at the widest';
const USER_INFO = 'must not contain user info (user:password@)';

export const poolSamples: readonly RuleSample[] = [
  {
    rule: 'metadata.name must be a DNS label of at most 63 characters',
    make: pool,
    passes: { 'metadata.name': 'b'.repeat(63) },
    fails: { 'metadata.name': 'two.words' },
    at: 'metadata.name',
  },
  {
    rule: 'min must not be greater than max',
    make: pool,
    passes: { 'spec.autoscaling': { min: 3, max: 3 } },
    fails: { 'spec.autoscaling': { min: 21 } },
    at: 'spec.autoscaling.min',
  },
  {
    rule: 'runtimeClassName must be set when sandbox is RuntimeClass',
    make: pool,
    passes: { 'spec.sandbox': 'RuntimeClass', 'spec.runtimeClassName': 'gvisor' },
    fails: { 'spec.sandbox': 'RuntimeClass' },
    at: 'spec.sandbox',
  },
  {
    rule: 'model is for role LLM only',
    make: pool,
    passes: { 'spec.role': 'LLM', 'spec.model': { name: 'gpt-5.4-mini' } },
    fails: { 'spec.model': { name: 'gpt-5.4-mini' } },
    at: 'spec.model',
  },
  {
    rule: 'operator must be Exists when key is absent',
    make: pool,
    passes: { 'spec.tolerations': [{ operator: 'Exists' }, toleration] },
    fails: { 'spec.tolerations': [{ value: 'x' }] },
    at: 'spec.tolerations[0].operator',
  },
  {
    rule: 'baseUrl must be set when provider is Compatible',
    make: llmPool,
    passes: { 'spec.model.provider': 'Compatible', 'spec.model.baseUrl': 'http://models.lan/v1' },
    fails: { 'spec.model.provider': 'Compatible' },
    at: 'spec.model.provider',
  },
  {
    rule: MODEL_SECRET,
    make: llmPool,
    passes: { 'spec.model.secretRef': { name: 'duckmon-keys-model-openai', key: 'key' } },
    fails: { 'spec.model.secretRef': { name: 'openai', key: 'key' } },
    at: 'spec.model.secretRef.name',
  },
  {
    rule: HTTP_URL,
    make: llmPool,
    passes: { 'spec.model.baseUrl': 'https://models.example.org/v1' },
    fails: { 'spec.model.baseUrl': 'models.example.org/v1' },
    at: 'spec.model.baseUrl',
  },
  {
    rule: USER_INFO,
    make: llmPool,
    passes: { 'spec.model.baseUrl': 'https://models.example.org/@team' },
    fails: { 'spec.model.baseUrl': 'https://key@models.example.org/v1' },
    at: 'spec.model.baseUrl',
  },
];

export const platformSamples: readonly RuleSample[] = [
  {
    rule: 'metadata.name must be default',
    make: platform,
    passes: {},
    fails: { 'metadata.name': 'second' },
    at: 'metadata.name',
  },
  {
    rule: 'must be below maxAge',
    make: platform,
    passes: { 'spec.keys': { rotateEvery: '23h', maxAge: '24h' } },
    fails: { 'spec.keys': { rotateEvery: '24h', maxAge: '24h' } },
    at: 'spec.keys.rotateEvery',
  },
  {
    rule: 'must be below rotateEvery',
    make: platform,
    passes: { 'spec.keys': { rotateEvery: '1h', overlap: '59m' } },
    fails: { 'spec.keys': { rotateEvery: '1h', overlap: '60m' } },
    at: 'spec.keys.overlap',
  },
  {
    rule: 'exactly one of cidr and podSelector must be set',
    make: platform,
    passes: { 'spec.egress': { allow: [{ cidr: '10.1.0.0/16', ports: [80] }] } },
    fails: { 'spec.egress': { allow: [{ ports: [80] }] } },
    at: 'spec.egress.allow[0]',
  },
  {
    rule: TOO_WIDE,
    make: platform,
    passes: {
      'spec.egress': {
        allow: [
          { cidr: '10.0.0.0/8', ports: [80] },
          { cidr: 'fc00::/7', ports: [80] },
        ],
      },
    },
    fails: { 'spec.egress': { allow: [{ cidr: '0.0.0.0/0', ports: [80] }] } },
    at: 'spec.egress.allow[0].cidr',
  },
  {
    rule: 'namespaceSelector and podSelector must be set together',
    make: platform,
    passes: {
      'spec.egress': {
        allow: [{ namespaceSelector: labels, podSelector: labels, ports: [8080] }],
      },
    },
    fails: { 'spec.egress': { allow: [{ podSelector: labels, ports: [8080] }] } },
    at: 'spec.egress.allow[0].namespaceSelector',
  },
  {
    rule: HTTP_URL,
    make: platform,
    passes: { 'spec.publicUrl': 'https://mon.example.org' },
    fails: { 'spec.publicUrl': 'mon.example.org' },
    at: 'spec.publicUrl',
  },
  {
    rule: USER_INFO,
    make: platform,
    passes: { 'spec.identity': identity },
    fails: { 'spec.identity': { ...identity, issuer: 'https://me@accounts.google.com' } },
    at: 'spec.identity.issuer',
  },
  {
    rule: 'runtimeClassName must be set when sandbox is RuntimeClass',
    make: platform,
    passes: { 'spec.pools.browser': { sandbox: 'RuntimeClass', runtimeClassName: 'kata' } },
    fails: { 'spec.pools.browser': { sandbox: 'RuntimeClass' } },
    at: 'spec.pools.browser.sandbox',
  },
  {
    rule: 'min must not be greater than max',
    make: platform,
    passes: { 'spec.pools.llm.autoscaling': { min: 1, max: 1 } },
    fails: { 'spec.pools.llm.autoscaling': { min: 2, max: 1 } },
    at: 'spec.pools.llm.autoscaling.min',
  },
  {
    rule: 'operator must be Exists when key is absent',
    make: platform,
    passes: { 'spec.pools.browser.tolerations': [toleration] },
    fails: { 'spec.pools.browser.tolerations': [{ effect: 'NoExecute' }] },
    at: 'spec.pools.browser.tolerations[0].operator',
  },
  {
    rule: 'baseUrl must be set when provider is Compatible',
    make: platform,
    passes: { 'spec.pools.llm.model': { name: 'gpt-5.4-mini' } },
    fails: { 'spec.pools.llm.model': { name: 'llama', provider: 'Compatible' } },
    at: 'spec.pools.llm.model.provider',
  },
  {
    rule: MODEL_SECRET,
    make: platform,
    passes: { 'spec.pools.llm.model': { name: 'm', secretRef: { ...modelKey } } },
    fails: { 'spec.pools.llm.model': { name: 'm', secretRef: { ...modelKey, name: 'mine' } } },
    at: 'spec.pools.llm.model.secretRef.name',
  },
];

/** A duration with the shortest and the longest that passes, and one beyond each end. */
export type DurationSample = readonly [
  path: string,
  from: string,
  to: string,
  below: string,
  above: string,
];

export const poolDurations: readonly DurationSample[] = [
  ['spec.recycle.age', '1m', '24h', '59s', '24h1s'],
  ['spec.autoscaling.scaleDownDelay', '0s', '24h', '-1s', '25h'],
];

export const platformDurations: readonly DurationSample[] = [
  ['spec.limits.minInterval', '60s', '744h', '59s', '745h'],
  ['spec.pools.browser.recycle.age', '1m', '24h', '59s', '1441m'],
  ['spec.pools.llm.autoscaling.scaleDownDelay', '0s', '24h', '-5m', '86401s'],
];
