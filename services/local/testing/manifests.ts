/** A page whose changes go to a signed webhook, as manifests. */

/** The Secret that the channel names. */
export const secretManifest = (signingKey: string): string => `
apiVersion: v1
kind: Secret
metadata: {name: hook}
stringData: {key: ${signingKey}}
`;

/** Webhook channel and MonitorJob. */
export const webhookManifests = (page: string, hook: string): string => `
apiVersion: mon.duckerhub.com/v1alpha1
kind: NotificationChannel
metadata: {name: ops}
spec:
  type: Webhook
  webhook: {url: "${hook}", signing: {secretRef: {name: hook, key: key}}}
---
apiVersion: mon.duckerhub.com/v1alpha1
kind: MonitorJob
metadata: {name: plans}
spec:
  sources: [{name: pricing, url: "${page}", fetch: Http}]
  schedule: {interval: 1h}
  goal: {prompt: "Tell me when a plan's price changes."}
  alerting: {channelRefs: [{name: ops}], cooldown: 0s, maxPerHour: 60}
`;
