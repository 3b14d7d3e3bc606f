/** Hosts that Chromium calls for its own sake; no page needs them, and none is counted for them. */

const EXACT: ReadonlySet<string> = new Set([
  'accounts.google.com', //                         ListAccounts at start
  'android.clients.google.com', //                  push registration
  'mtalk.google.com', //                            push channel
  'clientservices.googleapis.com', //               variations seed
  'update.googleapis.com', //                       component updater
  'edgedl.me.gvt1.com', //                          component downloads
  'redirector.gvt1.com',
  'optimizationguide-pa.googleapis.com', //         optimisation hints
  'content-autofill.googleapis.com', //             form field types
  'safebrowsing.googleapis.com',
  'safebrowsingohttpgateway.googleapis.com',
  'sb-ssl.google.com',
  'passwordsleakcheck-pa.googleapis.com',
  'chromewebstore.googleapis.com',
  'chromekanonymity-pa.googleapis.com',
  'chromekanonymityauth-pa.googleapis.com',
  'chromekanonymityquery-pa.googleapis.com',
]);

/** `clients1.google.com` to `clients6.google.com`: updates, translation lists, connectivity checks. */
const CLIENTS = /^clients\d?\.google\.com$/;

/** Whether a host belongs to Chromium's own traffic. */
export const isBrowserHost = (host: string): boolean => EXACT.has(host) || CLIENTS.test(host);
