/** Fences of the browser, taken down one at a time or all together. */
import type { Mutation } from '../../../../scripts/testing/netns/wrapper.ts';

const WEBRTC = ['--webrtc-ip-handling-policy=', '--force-webrtc-ip-handling-policy='];

export const WITHOUT_WEBRTC_POLICY: Mutation = { without: WEBRTC };

/** Chromium's own guard, which asks before a public page reaches a private address that it can see. */
const WITHOUT_GUARD = [
  'LocalNetworkAccessChecks',
  'LocalNetworkAccessChecksWebSockets',
  'LocalNetworkAccessChecksWebTransport',
  'LocalNetworkAccessChecksWebRTC',
];

/** Addresses that go around the proxy, named in each context and on the command line. */
export const WITH_BYPASS: Mutation = {
  without: ['--proxy-bypass-list='],
  add: ['--proxy-bypass-list=10.96.0.1;169.254.169.254'],
  rewrite: [['"proxyBypassList":"<-loopback>"', '"proxyBypassList":"10.96.0.1;169.254.169.254"']],
};

/** The same, in a browser that may also look for addresses itself. */
export const WITH_BYPASS_AND_RESOLVER: Mutation = {
  ...WITH_BYPASS,
  without: ['--proxy-bypass-list=', '--host-resolver-rules='],
};

/** The browser as it would be without any care. */
export const UNFENCED: Mutation = {
  without: [
    ...WEBRTC,
    '--proxy-server=',
    '--proxy-bypass-list=',
    '--host-resolver-rules=',
    '--disable-quic',
    '--dns-prefetch-disable',
    '--disable-background-networking',
    '--no-pings',
    '--disable-features=',
  ],
  add: [`--disable-features=${WITHOUT_GUARD.join(',')}`],
  rewrite: [
    ['"proxyServer":"[^"]*",', ''],
    ['"proxyBypassList":"[^"]*",', ''],
  ],
};
