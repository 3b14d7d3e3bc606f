/** The command line of Chromium. */

const FEATURES_OFF = [
  'AutofillServerCommunication',
  'CertificateTransparencyComponentUpdater',
  'HttpsUpgrades',
  'InterestFeedContentSuggestions',
  'MediaRouter',
  'OptimizationHints',
  'PaintHolding',
  'Translate',
  // It listens to multicast for names that nobody here uses, and so has the kernel say so on the link.
  'WebRtcHideLocalIpsWithMdns',
];

/** A frame's process begins when its document is answered, not when it is asked for: `gate.ts` holds the answers. */
const FEATURES_ON = ['DeferSpeculativeRFHCreation:create_speculative_rfh_delay_ms/600000'];

/**
 * What holds a page that breaks out of its process: Chromium's own sandbox, which is tried before anything
 * else where it is `Required`; `None` where whoever made the pool says so.
 */
export const SANDBOXES = ['Own', 'Required', 'None'] as const;
export type Sandbox = (typeof SANDBOXES)[number];

/**
 * Flags for a browser that is spoken to over a pipe and reaches the network by its proxy only.
 * @param profile folder of the throw-away profile.
 * @param proxyServer URL of the egress proxy.
 */
export const chromiumFlags = (
  profile: string,
  proxyServer: string,
  sandbox: Sandbox = 'Own',
): string[] => [
  ...(sandbox === 'None' ? ['--no-sandbox'] : []),
  '--headless',
  '--remote-debugging-pipe',
  `--user-data-dir=${profile}`,
  // Every context names the proxy too; this catches what belongs to no context.
  `--proxy-server=${proxyServer}`,
  '--proxy-bypass-list=<-loopback>',
  // The full browser knows the first name only, the headless shell the second.
  '--webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
  // No name is looked up here: that is the proxy's task.
  `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${new URL(proxyServer).hostname}`,
  '--disable-quic',
  '--dns-prefetch-disable',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-sync',
  '--disable-client-side-phishing-detection',
  '--metrics-recording-only',
  '--no-pings',
  '--no-first-run',
  '--no-default-browser-check',
  '--no-service-autorun',
  '--disable-breakpad',
  '--disable-crash-reporter',
  '--disable-extensions',
  '--disable-notifications',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
  '--disable-hang-monitor',
  '--disable-back-forward-cache',
  '--deny-permission-prompts',
  '--hide-scrollbars',
  '--mute-audio',
  '--password-store=basic',
  '--use-mock-keychain',
  '--force-color-profile=srgb',
  '--js-flags=--max-old-space-size=768',
  `--disable-features=${FEATURES_OFF.join(',')}`,
  `--enable-features=${FEATURES_ON.join(',')}`,
  'about:blank',
];
