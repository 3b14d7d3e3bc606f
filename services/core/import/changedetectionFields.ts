/** Fields of a watch of changedetection.io that have no place here, and those that are no settings. */
import { words, type Unsupported } from './fields.ts';
import { CHANNEL_TODO } from './report.ts';

/** Identities and states: what the program itself writes down. */
export const BOOKKEEPING = words(`
  uuid date_created last_checked last_changed last_viewed last_error viewed
  previous_md5 previous_md5_before_filters fetch_time history history_n
  newest_history_key content-type remote_server_reply page_title check_count
  consecutive_filter_failures notification_alert_count last_notification_error
  browser_steps_last_error_step has_ldjson_price_data use_page_title_in_list restock
  __newest_history_key __history_n last_check_status favicon etag link
  extract_title_as_title last_filter_config_hash skip_when_checksum_same ignore
`);

/** What a field says, as text, when nobody has set it. */
export const DEFAULTS: Readonly<Record<string, readonly string[]>> = {
  filter_text_added: ['true'],
  filter_text_removed: ['true'],
  filter_text_replaced: ['true'],
  filter_failure_notification_send: ['true'],
  follow_price_changes: ['true'],
  in_stock_only: ['true'],
  conditions_match_logic: ['ALL'],
  notification_format: ['System default', 'system', 'Text', 'HTML', 'Markdown'],
  track_ldjson_price_data: ['false'],
};

const OWN_WORDS = 'alerts have a form of their own';
const ORDER = 'text is compared in its own way; moved text is known as moved';

export const UNSUPPORTED: Unsupported = {
  notification_urls: [
    'addresses of notifications hold secrets and are not carried over',
    CHANNEL_TODO,
  ],
  notification_title: [OWN_WORDS, ''],
  notification_body: [OWN_WORDS, ''],
  notification_screenshot: ['pictures are shown in the dashboard', ''],
  notification_muted: [
    'a muted watch is checked and tells nobody',
    'name no channel, or pause the monitor',
  ],
  filter_failure_notification_send: ['a page whose parts are gone is told as not judgeable', ''],
  proxy: ['a monitor has no proxy of its own', ''],
  conditions: ['its rules are built differently', 'write them as spec.conditions'],
  conditions_match_logic: ['it belongs to conditions', ''],
  extract_text: [
    'texts cannot be cut out by an expression',
    'choose the part with select.include, or use a condition with regex',
  ],
  webdriver_js_execute_code: ['no script is run in pages', 'use steps: click, type, wait'],
  check_unique_lines: ['a text that was seen before is known by goal.knownStates', ''],
  sort_text_alphabetically: [ORDER, ''],
  remove_duplicate_lines: [ORDER, ''],
  trim_text_whitespace: ['white space never counts here', ''],
  strip_ignored_lines: ['what is ignored is masked, and its line stays', ''],
  ignore_status_codes: ['an error page is not judged, whatever its status', ''],
  price_change_threshold_percent: [
    'the price is not read by itself',
    'add a condition with percentChange that says where the price stands',
  ],
  price_change_min: ['the price is not read by itself', 'add a condition with number'],
  price_change_max: ['the price is not read by itself', 'add a condition with number'],
  price_change_custom_include_filters: [
    'the price is not read by itself',
    'add a condition with percentChange that says where the price stands',
  ],
  restock_settings: [
    'price and stock are judged by the goal',
    'say in goal.prompt what matters to you',
  ],
  text_color: ['it is for the looks of the list', ''],
};
