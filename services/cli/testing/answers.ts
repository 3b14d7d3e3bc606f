/** Answers of the API for tests. */
import type { Check, Delivery, Finding, Funnel, LastValue, ValueSeries } from '../model.ts';

export const monitor = (name: string, spec: object = {}, status: object = {}) => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'MonitorJob',
  metadata: {
    name,
    namespace: 'default',
    uid: 'u1',
    generation: 3,
    resourceVersion: '9',
    creationTimestamp: '2026-11-23T12:00:00Z',
    annotations: { 'mon.duckerhub.com/managed-by': 'shop.yaml' },
  },
  spec: {
    sources: [{ name: 'shop', url: 'http://127.0.0.1:9180/' }],
    schedule: { interval: '60s' },
    suspend: false,
    ...spec,
  },
  status: {
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'Ready',
        lastTransitionTime: '2026-11-23T12:00:00Z',
      },
      { type: 'Healthy', status: 'True', reason: 'Ok', lastTransitionTime: '2026-11-23T12:00:00Z' },
    ],
    lastCheck: { time: '2026-11-25T11:59:30Z', outcome: 'Alerted' },
    nextCheck: '2026-11-25T12:00:30Z',
    ...status,
  },
});

export const channel = (name: string) => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'NotificationChannel',
  metadata: { name, creationTimestamp: '2026-11-25T11:00:00Z', labels: { team: 'web' } },
  spec: { type: 'Webhook', webhook: { url: 'https://hooks.example.org/' }, suspend: false },
  status: { conditions: [] },
});

export const check = (more: Partial<Check> = {}): Check => ({
  id: 'c1',
  monitor: 'demo-shop',
  at: '2026-11-25T11:58:00Z',
  trigger: 'run',
  runRequestId: 'r1',
  outcome: 'Alerted',
  stage: 'alerted',
  reason: null,
  message: null,
  verdict: 'match',
  relevance: 88,
  durationMs: 900,
  costUsd: null,
  ...more,
});

export const finding = (more: Partial<Finding> = {}): Finding => ({
  id: 'f1',
  monitor: 'demo-shop',
  state: 'open',
  severity: 'warning',
  title: 'The price of the duck fell',
  summary: 'From 39 to 35.',
  claims: [
    { source: 'shop', subject: 'Duck', before: '39.00', after: '35.00', quote: 'Duck 35.00 EUR' },
  ],
  verdict: 'match',
  why: null,
  firstSeenAt: '2026-11-25T11:58:00Z',
  lastSeenAt: '2026-11-25T11:58:00Z',
  seenCount: 1,
  ...more,
});

export const delivery = (more: Partial<Delivery> = {}): Delivery => ({
  id: 'd1',
  monitor: 'demo-shop',
  channel: 'team-hook',
  state: 'delivered',
  attempts: 1,
  lastError: null,
  createdAt: '2026-11-25T11:58:00Z',
  ...more,
});

export const funnel = (more: Partial<Funnel> = {}): Funnel => ({
  monitor: 'demo-shop',
  checks: 20,
  stages: [
    { stage: 'fetched', reached: 20, stopped: [{ reason: 'sameText', count: 17 }] },
    { stage: 'judged', reached: 3, stopped: [{ reason: 'noMatch', count: 2 }] },
    { stage: 'alerted', reached: 1, stopped: [] },
  ],
  last: [
    {
      checkId: 'c9',
      at: '2026-11-25T11:58:00Z',
      outcome: 'Suppressed',
      stage: 'relevant',
      reason: 'belowThreshold',
      message: 'relevance 40 of 75',
    },
  ],
  ...more,
});

export const lastValue = (more: Partial<LastValue> = {}): LastValue => ({
  source: 'shop',
  name: 'price',
  at: '2026-11-25T11:58:00Z',
  number: '40',
  unit: 'EUR',
  why: null,
  found: '40,00 €',
  ...more,
});

export const series = (): ValueSeries => ({
  source: 'shop',
  name: 'price',
  unit: 'EUR',
  parts: [
    { ...AN_HOUR, min: '9.5', max: '40', last: '40', read: 5, unread: 1 },
    { ...AN_HOUR, min: '39.5', max: '40', last: '39.5', read: 2, unread: 0 },
  ],
});

const AN_HOUR = {
  at: '2026-11-25T10:58:00Z',
  until: '2026-11-25T11:58:00Z',
  why: null,
  found: null,
};

export const page = (...items: unknown[]) => ({ body: { items, nextCursor: null } });
