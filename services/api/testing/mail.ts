/** Channels of mail for tests. */

/** A channel that sends mail by the platform's SendGrid account. */
export const mailChannel = (name: string, ...to: string[]): Record<string, unknown> => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'NotificationChannel',
  metadata: { name },
  spec: { type: 'Email', email: { to } },
});
