/** Values of installations that differ in what they have: each test of the chart goes through them. */
import type { Values } from './helm.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const images = { image: { digest }, browserImage: { digest } };

export const SAMPLES: Readonly<Record<string, Values>> = {
  'the values as they are': {},
  'everything by value': {
    ...images,
    HOSTNAME: 'mon.example.org',
    NOTIFICATION_EMAIL: 'duckmon@example.org',
    secrets: {
      GOOGLE_CLIENT_ID: 'id',
      GOOGLE_CLIENT_SECRET: 'secret',
      OPENAI_API_KEY: 'model-key',
      SENDGRID_API_KEY: 'mail-key',
      SMTP_PASSWORD: 'mail-password',
      JWT_SECRET: 'j'.repeat(32),
      INTERNAL_API_KEY: 'i'.repeat(32),
    },
    namespaces: { list: ['team-a', 'team-b'], users: 'people' },
    signIn: { allow: ['example.org', 'anna@example.com'] },
    mail: {
      smtpHost: 'mail.example.org',
      smtpUser: 'duckmon',
      smtpTls: 'StartTls',
      trustedRecipients: ['anna@example.org', 'ben@example.org'],
    },
    ingress: {
      enabled: true,
      className: 'nginx',
      annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt' },
      trustedProxies: ['10.0.0.0/8'],
    },
    redis: { mode: 'bundled' },
    monitoring: {
      namespaceLabels: { 'kubernetes.io/metadata.name': 'monitoring' },
      grafanaDashboard: { enabled: true },
    },
    platform: {
      limits: { minInterval: '5m' },
      egress: {
        denyCIDRs: ['192.0.2.0/24'],
        allow: [
          { cidr: '10.1.2.3/32', ports: [80, 8080] },
          { cidr: 'fd00::1/128', ports: [443] },
          { cidr: '10.9.0.0/16', ports: [80], namespaces: ['team-a'] },
        ],
      },
    },
  },
  'Secrets and servers of one’s own': {
    ...images,
    PUBLIC_URL: 'https://mon.example.org/',
    existingSecrets: { google: 'my-google', openai: 'duckmon-keys-model-mine', mail: 'my-mail' },
    signIn: { issuer: 'https://login.example.org/realm' },
    model: { name: 'own-model', baseUrl: 'https://models.example.org/v1' },
    namespaces: { all: true, list: ['team-a'] },
    postgres: {
      mode: 'external',
      existingSecret: 'my-postgres',
      external: {
        host: 'db.example.org',
        addresses: ['192.0.2.10'],
        port: 5433,
        caSecret: 'my-authority',
        manageRoles: false,
      },
    },
    redis: {
      mode: 'external',
      existingSecret: 'my-redis',
      external: { host: 'redis.example.org', addresses: ['192.0.2.0/28'], port: 6380, tls: true },
    },
  },
  'one pod of everything on chosen nodes': {
    ...images,
    ...Object.fromEntries(
      ['operator', 'dashboard', 'api', 'scheduler', 'notification', 'egress'].map((name) => [
        name,
        { replicas: name === 'api' ? null : 1 },
      ]),
    ),
    scheduler: { replicas: 1, env: { SCHEDULER_SLOTS: 8, PLATFORM_USD_PER_MONTH: '10.00' } },
    imagePullSecrets: ['registry'],
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    tolerations: [{ key: 'spot', operator: 'Exists' }],
    priorityClasses: { create: false },
    priorityClassName: 'high',
    workerPriorityClassName: 'low',
    preStopSeconds: 0,
    postgres: { bundled: { keep: false, storageClassName: 'fast', size: '1Gi' } },
  },
};

/** What needs definitions of the Prometheus operator. */
export const MONITORED: Values = {
  monitoring: {
    serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
    prometheusRule: { enabled: true, labels: { release: 'prometheus' } },
    grafanaDashboard: { enabled: true },
  },
};
