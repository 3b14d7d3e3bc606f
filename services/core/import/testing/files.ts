/** Files as other programs write them, for tests. */

/** A watch of changedetection.io with everything at its default but `patch`. */
export const watch = (patch: Readonly<Record<string, unknown>> = {}) => ({
  uuid: '1a',
  url: 'https://shop.example/duck',
  title: 'Duck: price',
  tag: '',
  tags: [],
  paused: false,
  method: 'GET',
  headers: {},
  body: null,
  fetch_backend: 'system',
  include_filters: [],
  subtractive_selectors: [],
  ignore_text: [],
  trigger_text: [],
  text_should_not_be_present: [],
  extract_text: [],
  filter_text_added: true,
  filter_text_removed: true,
  filter_text_replaced: true,
  follow_price_changes: true,
  in_stock_only: true,
  conditions_match_logic: 'ALL',
  notification_format: 'System default',
  notification_urls: [],
  processor: 'text_json_diff',
  time_between_check: { weeks: null, days: null, hours: 2, minutes: null, seconds: null },
  time_between_check_use_default: false,
  browser_steps: [],
  previous_md5: 'abc',
  last_checked: 1_700_000_000,
  history_n: 12,
  ...patch,
});

/** The backup of an installation with these watches. */
export const watches = (...list: readonly Readonly<Record<string, unknown>>[]): string =>
  JSON.stringify({
    watching: Object.fromEntries(list.map((one, index) => [`id-${index}`, one])),
    settings: {
      requests: { time_between_check: { hours: 6 } },
      application: { tags: { t1: { title: 'Shops & more' } } },
    },
  });

/** A keyword monitor of Uptime Kuma with everything at its default but `patch`. */
export const keyword = (patch: Readonly<Record<string, unknown>> = {}) => ({
  id: 7,
  name: 'Shop is open',
  url: 'https://shop.example/',
  type: 'keyword',
  method: 'GET',
  interval: 300,
  retryInterval: 0,
  maxretries: 0,
  weight: 2000,
  active: true,
  keyword: 'Add to cart',
  invertKeyword: false,
  upsideDown: false,
  ignoreTls: false,
  expiryNotification: false,
  accepted_statuscodes: ['200-299'],
  dns_resolve_type: 'A',
  dns_resolve_server: '1.1.1.1',
  notificationIDList: {},
  tags: [],
  headers: null,
  body: null,
  ...patch,
});

export const backup = (...monitors: readonly Readonly<Record<string, unknown>>[]): string =>
  JSON.stringify({ version: '1.23.0', notificationList: [], monitorList: monitors });
