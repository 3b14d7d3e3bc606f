/** Names of the metrics of this service. */

export const METRICS = {
  fetches: 'mon_browser_fetches_total',
  fetchSeconds: 'mon_browser_fetch_seconds_total',
  slotsUsed: 'mon_browser_slots_used',
  httpSlotsUsed: 'mon_browser_http_slots_used',
  chromiumFound: 'mon_browser_chromium_found',
  chromiumStarts: 'mon_browser_chromium_starts_total',
} as const;
