// Generated from crds/monitorjobs.yaml by `npm run generate`; do not edit.

/** A MonitorJob as stored: validated, with every default filled in. */
export interface MonitorJob {
  apiVersion: 'mon.duckerhub.com/v1alpha1';
  kind: 'MonitorJob';
  metadata: ObjectMeta;
  spec: MonitorJobSpec;
  status?: MonitorJobStatus;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  generation?: number;
  resourceVersion?: string;
  creationTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** What the user wants. */
export interface MonitorJobSpec {
  /** Stops all checks while true. Default: false. */
  suspend: boolean;
  /** For people. At most 500 characters. */
  description?: string;
  /** For people: words to group jobs by. At most 20. */
  tags?: string[];
  /** Pages to watch. 1 to 20. */
  sources: Source[];
  /** When to check: exactly one of interval and cron. */
  schedule: Schedule;
  /** Limits of a check. They must be below the interval. */
  timeouts?: Timeouts;
  /** What matters. Default: {}. Without a prompt the job needs a condition with `then: Alert`. */
  goal: Goal;
  /** Rules that code decides, without a model. At most 20. */
  conditions?: Condition[];
  /** Numbers that each check reads, kept as series for charts and metrics. At most 10. */
  values?: Value[];
  /** The language model. Default: {}, the platform's. */
  judge: Judge;
  /** What the model may cost in a month. Absent means the platform's. */
  budget?: Budget;
  /** Whom to tell and how often. Default: {}. */
  alerting: Alerting;
  /** How the steps sign in to the pages. */
  session?: Session;
  /** From whom the browsers of the job are kept apart. Default: {}. */
  isolation: Isolation;
  /** How long history is kept, at most the platform's maximum. Default: {}. */
  retention: Retention;
}

/** One page. */
export interface Source {
  /** Name of the source, unique in the job. A DNS label of at most 40 characters. */
  name: string;
  /** Address of the page. An absolute http or https URL without user info. 8 to 2048 characters. */
  url: string;
  /** How the page is fetched. Auto begins with plain HTTP and goes over to the browser when the page needs JavaScript. One of Auto, Http, Browser. Default: Auto. */
  fetch: 'Auto' | 'Http' | 'Browser';
  /** How the body is read. Auto goes by the content type. One of Auto, Html, Json, Feed, Text, Pdf. Default: Auto. */
  format: 'Auto' | 'Html' | 'Json' | 'Feed' | 'Text' | 'Pdf';
  /** Details of the HTTP request. */
  http?: SourceHttp;
  /** Which parts of the page count. Absent means the whole page. */
  select?: SourceSelect;
  /** Text that is masked before two snapshots are compared. */
  ignore?: SourceIgnore;
  /** What the browser waits for before it reads the page. */
  waitFor?: SourceWaitFor;
  /** Size of the browser window in CSS pixels. Absent means 1280 by 800. */
  viewport?: SourceViewport;
  /** When a screenshot is kept. A page that was read over HTTP is visited once more by the browser for it; where that fails the check has a warning. With fetch Http there is never a browser, and so no screenshot. One of OnChange, Always, Never. Default: OnChange. */
  screenshot: 'OnChange' | 'Always' | 'Never';
  /** Whether cookie walls are answered (browser only). One of Auto, Off (in quotes in YAML, where kubectl reads the bare word as false). Default: Auto. */
  consent: 'Auto' | 'Off';
  /** User-Agent header. Absent means duckmon's own. At most 256 characters. */
  userAgent?: string;
  /** Language of the browser and of Accept-Language, a BCP 47 tag. 2 to 35 characters. Default: en. */
  locale: string;
  /** IANA time zone of the browser. At most 64 characters. Default: UTC. */
  timeZone: string;
  /** What the browser does before it reads the page, in this order. With steps the page is always read by the browser. At most 30. */
  steps?: SourceStep[];
  /** Further signs that what was fetched is not the page and must not be compared. */
  notJudgeable?: SourceNotJudgeable;
}

/** Details of the HTTP request. */
export interface SourceHttp {
  /** Method of the request. One of GET, POST, HEAD. Default: GET. */
  method: 'GET' | 'POST' | 'HEAD';
  /** Extra request headers of the page. Headers of the connection itself (Host, Content-Length, Connection, Proxy-* and the like) are set by duckmon. At most 20. */
  headers?: SourceHttpHeader[];
  /** Body of a POST. At most 16384 characters. */
  body?: string;
}

/** One header. */
export interface SourceHttpHeader {
  /** Name of the header. At most 64 characters. */
  name: string;
  /** Value of the header, without line breaks. Plain text: anyone who may read this object can read it. At most 1024 characters. */
  value: string;
}

/** Which parts of the page count. Absent means the whole page. */
export interface SourceSelect {
  /** Parts that count; what they do not cover is dropped. At most 20. */
  include?: string[];
  /** Parts that are dropped. At most 20. */
  exclude?: string[];
}

/** Text that is masked before two snapshots are compared. */
export interface SourceIgnore {
  /** Regular expressions (RE2); what they match is masked. At most 20. */
  text?: string[];
}

/** What the browser waits for before it reads the page. */
export interface SourceWaitFor {
  /** CSS selector of an element that must be there. At most 512 characters. */
  selector: string;
  /** Longest wait. Absent means the time that the page has. A duration from 1s to 60s, such as 90s, 15m or 1h30m. */
  timeout?: string;
}

/** Size of the browser window in CSS pixels. Absent means 1280 by 800. */
export interface SourceViewport {
  /** Width. From 320 to 3840. Default: 1280. */
  width: number;
  /** Height. From 240 to 2160. Default: 800. */
  height: number;
}

/** One step: exactly one of click, type, press, select, wait and goto. */
export interface SourceStep {
  /** Clicks on something. */
  click?: SourceStepClick;
  /** Fills a field. What comes from the Secret is typed only into a visible field of the page itself (no frame), while that is of the origin that the spec names last (the source, or a goto before). */
  type?: SourceStepType;
  /** Presses a key in what has the focus. One of Enter, Tab, Escape, Space, Backspace, Delete, ArrowUp, ArrowDown, ArrowLeft, ArrowRight, PageUp, PageDown, Home, End. */
  press?:
    | 'Enter'
    | 'Tab'
    | 'Escape'
    | 'Space'
    | 'Backspace'
    | 'Delete'
    | 'ArrowUp'
    | 'ArrowDown'
    | 'ArrowLeft'
    | 'ArrowRight'
    | 'PageUp'
    | 'PageDown'
    | 'Home'
    | 'End';
  /** Chooses an entry of a list. */
  select?: SourceStepSelect;
  /** Waits for something, or for a time: exactly one of selector, text and duration. */
  wait?: SourceStepWait;
  /** Opens another address. An absolute http or https URL without user info. 8 to 2048 characters. */
  goto?: string;
}

/** Clicks on something. */
export interface SourceStepClick {
  /** What is clicked, by a CSS selector, or an expression that begins with xpath:. At most 512 characters. */
  selector?: string;
  /** What is clicked, by the text that it shows, or a part of it; case and white space do not matter. At most 256 characters. */
  text?: string;
  /** What is clicked, by what it is. One of Button, Link, Textbox, Checkbox, Radio, Combobox, Tab, Menuitem. */
  role?: 'Button' | 'Link' | 'Textbox' | 'Checkbox' | 'Radio' | 'Combobox' | 'Tab' | 'Menuitem';
  /** With role: its label, or a part of it. At most 256 characters. */
  name?: string;
}

/** Fills a field. What comes from the Secret is typed only into a visible field of the page itself (no frame), while that is of the origin that the spec names last (the source, or a goto before). */
export interface SourceStepType {
  /** The field, by a CSS selector, or an expression that begins with xpath:. At most 512 characters. */
  selector?: string;
  /** The field, by the text that it shows, or a part of it; case and white space do not matter. At most 256 characters. */
  text?: string;
  /** The field, by what it is. One of Button, Link, Textbox, Checkbox, Radio, Combobox, Tab, Menuitem. */
  role?: 'Button' | 'Link' | 'Textbox' | 'Checkbox' | 'Radio' | 'Combobox' | 'Tab' | 'Menuitem';
  /** With role: its label, or a part of it. At most 256 characters. */
  name?: string;
  /** Plain text: anyone who may read this object can read it. At most 1024 characters. */
  value?: string;
  /** Key of session.credentialsSecretRef whose value is typed. At most 253 characters. */
  fromSecretKey?: string;
  /** Key of session.credentialsSecretRef that holds the secret of an authenticator app (base32); its present code of six digits is typed. At most 253 characters. */
  totpFromSecretKey?: string;
}

/** Chooses an entry of a list. */
export interface SourceStepSelect {
  /** The list, by a CSS selector, or an expression that begins with xpath:. At most 512 characters. */
  selector?: string;
  /** The list, by the text that it shows, or a part of it; case and white space do not matter. At most 256 characters. */
  text?: string;
  /** The list, by what it is. One of Button, Link, Textbox, Checkbox, Radio, Combobox, Tab, Menuitem. */
  role?: 'Button' | 'Link' | 'Textbox' | 'Checkbox' | 'Radio' | 'Combobox' | 'Tab' | 'Menuitem';
  /** With role: its label, or a part of it. At most 256 characters. */
  name?: string;
  /** Value or label of the entry. At most 256 characters. */
  value: string;
}

/** Waits for something, or for a time: exactly one of selector, text and duration. */
export interface SourceStepWait {
  /** What must be there, by a CSS selector, or an expression that begins with xpath:. At most 512 characters. */
  selector?: string;
  /** Text that something must show. At most 256 characters. */
  text?: string;
  /** Time to wait. A duration from 1s to 60s, such as 90s, 15m or 1h30m. */
  duration?: string;
}

/** Further signs that what was fetched is not the page and must not be compared. */
export interface SourceNotJudgeable {
  /** CSS selector of something that is only there for a visitor who is not signed in. At most 512 characters. */
  loggedOutSelector?: string;
  /** Least number of visible characters of a valid page. From 1 to 1000000. */
  minTextLength?: number;
}

/** When to check: exactly one of interval and cron. */
export interface Schedule {
  /** Time between two checks. A duration from 60s to 744h, such as 90s, 15m or 1h30m. */
  interval?: string;
  /** Five cron fields (minute, hour, day of month, month, day of week) such as "30 8 * * 1-5". 9 to 100 characters. */
  cron?: string;
  /** IANA time zone of cron and windows. At most 64 characters. Default: UTC. */
  timeZone: string;
  /** Times at which checks are allowed or denied. Absent means always; Deny wins over Allow. At most 10. */
  windows?: ScheduleWindow[];
  /** Spread of the check times in percent of the interval, fixed for each job. From 0 to 50. Default: 10. */
  jitterPercent: number;
  /** A check that could not start for so long is counted as missed. A duration from 1s to 744h, such as 90s, 15m or 1h30m. Default: 1h. */
  startingDeadline: string;
  /** What happens when a check is due while the last one still runs. One of Skip, BufferOne. Default: Skip. */
  overlap: 'Skip' | 'BufferOne';
}

/** One window. */
export interface ScheduleWindow {
  /** Whether checks run inside or outside of it. One of Allow, Deny. Default: Allow. */
  kind: 'Allow' | 'Deny';
  /** Days on which the window begins. Absent means every day. 1 to 7. */
  days?: Weekday[];
  /** Begin, HH:MM from 00:00 to 23:59. 5 characters. */
  from: string;
  /** End, HH:MM from 00:00 to 23:59; at or before `from` it lies on the next day. 5 characters. */
  to: string;
}

export type Weekday = 'Mon' | 'Tue' | 'Wed' | 'Thu' | 'Fri' | 'Sat' | 'Sun';

/** Limits of a check. They must be below the interval. */
export interface Timeouts {
  /** For one page. Absent means 45s, at most half of the interval. A duration from 1s to 2m, such as 90s, 15m or 1h30m. */
  page?: string;
  /** For the whole check. Absent means 2m, at most nine tenths of the interval. A duration from 1s to 10m, such as 90s, 15m or 1h30m. */
  total?: string;
}

/** What matters. Default: {}. Without a prompt the job needs a condition with `then: Alert`. */
export interface Goal {
  /** What you want to know, in plain words. At most 2000 characters. */
  prompt?: string;
  /** Where the prompt stands instead of in the job. */
  promptFrom?: GoalPromptFrom;
  /** Change tells what changed; State tells when the goal becomes true and when it no longer is. One of Change, State. Default: Change. */
  kind: 'Change' | 'State';
  /** Whether the first check only takes the baseline or is judged at once. One of Baseline, Judge. Default: Baseline. */
  firstRun: 'Baseline' | 'Judge';
  /** Least relevance of a match that is told. From 0 to 100. Default: 75. */
  threshold: number;
  /** Language of the summaries, a BCP 47 tag. 2 to 35 characters. Default: en. */
  language: string;
  /** What happens when a change could not be judged. Retry judges again what may pass and tells the rest; Alert tells at once; Hold keeps it in the dashboard. One of Retry, Alert, Hold. Default: Retry. */
  onUndetermined: 'Retry' | 'Alert' | 'Hold';
  /** Fetches the page again before telling: `checks` of `of` fetches must show the same. Default: {}. */
  confirm: GoalConfirm;
  /** With which snapshot a new one is compared: the last seen, the one last told, or the pinned one. One of LastSeen, LastAlerted, Pinned. Default: LastSeen. */
  compareWith: 'LastSeen' | 'LastAlerted' | 'Pinned';
  /** How many texts of the page are remembered against flapping. From 0 to 20. Default: 5. */
  knownStates: number;
}

/** Where the prompt stands instead of in the job. */
export interface GoalPromptFrom {
  /** A key of a ConfigMap in the same namespace. */
  configMapKeyRef: ConfigMapKeyRef;
}

/** A key of a ConfigMap in the same namespace. */
export interface ConfigMapKeyRef {
  /** Name of the ConfigMap. A DNS label of at most 63 characters. */
  name: string;
  /** Key in the ConfigMap. At most 253 characters. */
  key: string;
}

/** Fetches the page again before telling: `checks` of `of` fetches must show the same. Default: {}. */
export interface GoalConfirm {
  /** How many of the fetches must agree. From 1 to 5. Default: 1. */
  checks: number;
  /** How many fetches are made. From 1 to 5. Default: 1. */
  of: number;
  /** Time between two of these fetches. A duration from 1s to 1h, such as 90s, 15m or 1h30m. Default: 30s. */
  delay: string;
}

/** One condition: exactly one of text, regex, number, percentChange and size. */
export interface Condition {
  /** Name of the condition, unique in the job. A DNS label of at most 40 characters. */
  name: string;
  /** Require: a change is told only if this holds. Alert: this alone is told. One of Require, Alert. */
  then: 'Require' | 'Alert';
  /** Text that appears, vanishes or is there. */
  text?: ConditionText;
  /** The same with a regular expression (RE2). */
  regex?: ConditionRegex;
  /** Compares a number of the page. */
  number?: ConditionNumber;
  /** Compares by how many percent a number of the page changed; a fall is negative. */
  percentChange?: ConditionPercentChange;
  /** Compares by how many percent the length of the text changed; a shorter text is negative. */
  size?: ConditionSize;
}

/** Text that appears, vanishes or is there. */
export interface ConditionText {
  /** The text; case and white space do not matter. At most 512 characters. */
  contains: string;
  /** When it holds: Appears (now and not before), Vanishes (before and not now), Present (now), Absent (not now). One of Appears, Vanishes, Present, Absent. Default: Appears. */
  side: 'Appears' | 'Vanishes' | 'Present' | 'Absent';
}

/** The same with a regular expression (RE2). */
export interface ConditionRegex {
  /** The regular expression. At most 512 characters. */
  pattern: string;
  /** When it holds: Appears (now and not before), Vanishes (before and not now), Present (now), Absent (not now). One of Appears, Vanishes, Present, Absent. Default: Appears. */
  side: 'Appears' | 'Vanishes' | 'Present' | 'Absent';
}

/** Compares a number of the page. */
export interface ConditionNumber {
  /** What to read the number from: a CSS selector, or an expression that begins with xpath:, jsonpath: or regex: (the first group counts when there is one). At most 512 characters. */
  select: string;
  /** Comparison: less, less or equal, equal, not equal, greater or equal, greater. One of Lt, Le, Eq, Ne, Ge, Gt. */
  op: NumberOperator;
  /** What to compare with. A decimal number in quotes, such as "19.99". At most 26 characters. */
  value: string;
}

export type NumberOperator = 'Lt' | 'Le' | 'Eq' | 'Ne' | 'Ge' | 'Gt';

/** Compares by how many percent a number of the page changed; a fall is negative. */
export interface ConditionPercentChange {
  /** What to read the number from: a CSS selector, or an expression that begins with xpath:, jsonpath: or regex: (the first group counts when there is one). At most 512 characters. */
  select: string;
  /** Comparison: less, less or equal, equal, not equal, greater or equal, greater. One of Lt, Le, Eq, Ne, Ge, Gt. */
  op: NumberOperator;
  /** Percent to compare with. A decimal number in quotes, such as "19.99". At most 26 characters. */
  value: string;
  /** Compares with the numbers that held within this time: a fall (Lt, Le) with the highest, a rise (Gt, Ge) with the lowest, Eq and Ne with any. Absent means with the last snapshot. A duration from 60s to 744h, such as 90s, 15m or 1h30m. */
  within?: string;
}

/** Compares by how many percent the length of the text changed; a shorter text is negative. */
export interface ConditionSize {
  /** Comparison: less, less or equal, greater or equal, greater. One of Lt, Le, Ge, Gt. */
  op: 'Lt' | 'Le' | 'Ge' | 'Gt';
  /** Percent to compare with. From -100 to 10000. */
  percent: number;
}

/** One number: exactly one of select and regex. */
export interface Value {
  /** Name of the value, unique in the job. A DNS label of at most 40 characters. */
  name: string;
  /** What to read the number from: a CSS selector, or an expression that begins with xpath: or jsonpath:. What it finds must come to one number. At most 512 characters. */
  select?: string;
  /** A regular expression (RE2) whose match in the text holds the number; the first group counts when there is one. What it finds must come to one number. At most 512 characters. */
  regex?: string;
  /** Unit for people, such as €, °C or GB. Absent means what the page writes beside the number. At most 16 characters. */
  unit?: string;
}

/** The language model. Default: {}, the platform's. */
export interface Judge {
  /** Name of the model. Absent means the platform's. At most 128 characters. */
  model?: string;
  /** Models that are tried when the first cannot be reached. At most 3. */
  fallback?: string[];
  /** Whether models outside of the platform may be asked. Absent means the platform's choice. */
  allowExternal?: boolean;
}

/** What the model may cost in a month. Absent means the platform's. */
export interface Budget {
  /** US dollars, a decimal number in quotes such as "2.50". At most 14 characters. */
  usdPerMonth?: string;
  /** Tokens, in and out together. From 0 to 1000000000000. */
  tokensPerMonth?: number;
  /** What happens when it is used up: a cheaper model, conditions alone, or no checks. One of SmallModel, ConditionsOnly, Pause. Default: ConditionsOnly. */
  onExceeded: 'SmallModel' | 'ConditionsOnly' | 'Pause';
}

/** Whom to tell and how often. Default: {}. */
export interface Alerting {
  /** Channels that are told beside the Inbox, which always is. At most 10. */
  channelRefs?: ChannelRef[];
  /** Severity of the alerts; FromVerdict takes what the judgement says. One of Info, Warning, Critical, FromVerdict. Default: FromVerdict. */
  severity: 'Info' | 'Warning' | 'Critical' | 'FromVerdict';
  /** For so long a newer value of the same thing is held back after an alert. A duration from 0s to 168h, such as 90s, 15m or 1h30m. Default: 60m. */
  cooldown: string;
  /** Most alerts in any hour; what exceeds it comes together at the end. From 1 to 60. Default: 5. */
  maxPerHour: number;
  /** Whether somebody has to acknowledge an alert. Default: true. */
  requireAcknowledgment: boolean;
  /** Reminders until an alert is acknowledged. Absent means every 60m, 5 times, when acknowledgment is required. */
  repeat?: AlertingRepeat;
  /** Tells when the page could not be fetched or judged several times in a row. Default: {}. */
  onFailure: AlertingOnFailure;
}

/** One channel. */
export interface ChannelRef {
  /** Name of a NotificationChannel in the same namespace. A DNS label of at most 63 characters. */
  name: string;
  /** Least severity that is sent to this channel; absent means all. One of Info, Warning, Critical. */
  minSeverity?: 'Info' | 'Warning' | 'Critical';
}

/** Reminders until an alert is acknowledged. Absent means every 60m, 5 times, when acknowledgment is required. */
export interface AlertingRepeat {
  /** Time between two reminders. A duration from 60s to 168h, such as 90s, 15m or 1h30m. Default: 60m. */
  every: string;
  /** How many reminders; 0 means none. From 0 to 50. Default: 5. */
  max: number;
}

/** Tells when the page could not be fetched or judged several times in a row. Default: {}. */
export interface AlertingOnFailure {
  /** How many times in a row. From 1 to 100. Default: 5. */
  after: number;
  /** Channels that are told. Absent means those of the alerts. At most 10. */
  channelRefs?: ChannelRef[];
}

/** How the steps sign in to the pages. */
export interface Session {
  /** Secret in the same namespace whose keys the steps may type. */
  credentialsSecretRef?: SessionCredentialsSecretRef;
  /** Whether cookies and local storage are kept, encrypted, from one check to the next. The steps up to the last one that types from the Secret, with the click or press and the waits right behind it, are then the login: they run only when the page looks logged out, and the page is opened again after them. Default: false. */
  persist: boolean;
}

/** Secret in the same namespace whose keys the steps may type. */
export interface SessionCredentialsSecretRef {
  /** Name of the Secret; begins with duckmon-login-, so that pods of browsers may mount it. A DNS label of at most 63 characters. */
  name: string;
}

/** From whom the browsers of the job are kept apart. Default: {}. */
export interface Isolation {
  /** Who else uses its browsers. Shared: everybody; Namespace: the jobs of its namespace; Dedicated: nobody; Ephemeral: nobody, and every check has a pod of its own, for hostile pages. On a laptop each check above Shared has a browser process of its own. One of Shared, Namespace, Dedicated, Ephemeral. Default: Shared. */
  level: 'Shared' | 'Namespace' | 'Dedicated' | 'Ephemeral';
  /** A WorkerPool of your own. Absent means one that the operator makes. */
  poolRef?: IsolationPoolRef;
}

/** A WorkerPool of your own. Absent means one that the operator makes. */
export interface IsolationPoolRef {
  /** Name of a WorkerPool of role Browser in the same namespace. A DNS label of at most 63 characters. */
  name: string;
}

/** How long history is kept, at most the platform's maximum. Default: {}. */
export interface Retention {
  /** Checks that are kept. From 10 to 10000. Default: 200. */
  checks: number;
  /** Days for which history is kept. From 1 to 365. Default: 30. */
  days: number;
}

/** What is. Written by duckmon. */
export interface MonitorJobStatus {
  /** Generation of the spec that the status is about. At least 0. */
  observedGeneration?: number;
  /** State of the object in the words of Kubernetes. At most 16. */
  conditions?: StatusCondition[];
  /** WorkerPool whose browsers fetch the pages. */
  pool?: StatusPool;
  /** The last check. */
  lastCheck?: StatusLastCheck;
  /** When the page last changed. RFC 3339. */
  lastChange?: string;
  /** When the next check is due. RFC 3339. */
  nextCheck?: string;
  /** Checks in a row that failed or were not judgeable. At least 0. */
  consecutiveFailures?: number;
  /** Findings that are not resolved. At least 0. */
  openFindings?: number;
  /** Cost of this month in US dollars, a decimal number. At most 24 characters. */
  monthCostUSD?: string;
  /** Counts the edits of goal and model. At least 0. */
  goalVersion?: number;
  /** Value of the annotation mon.duckerhub.com/run-requested-at that was last carried out. At most 64 characters. */
  lastHandledRunRequest?: string;
  /** What would be done, one sentence a step; only with the annotation mon.duckerhub.com/dry-run: "true". At most 50. */
  plan?: string[];
}

/** One condition. */
export interface StatusCondition {
  /** Name of the condition. At most 63 characters. */
  type: string;
  /** Whether it holds. One of True, False, Unknown. */
  status: 'True' | 'False' | 'Unknown';
  /** Why, in one word. At most 128 characters. */
  reason: string;
  /** Why, in a sentence. At most 4096 characters. */
  message?: string;
  /** When the status last changed. RFC 3339. */
  lastTransitionTime: string;
  /** Generation of the spec that it is about. At least 0. */
  observedGeneration?: number;
}

/** WorkerPool whose browsers fetch the pages. */
export interface StatusPool {
  /** Namespace of the pool. A DNS label of at most 63 characters. */
  namespace: string;
  /** Name of the pool. A DNS label of at most 63 characters. */
  name: string;
}

/** The last check. */
export interface StatusLastCheck {
  /** When it ended. RFC 3339. */
  time: string;
  /** How it ended. One of Unchanged, Changed, Alerted, Suppressed, NotJudgeable, Failed, Missed. */
  outcome:
    | 'Unchanged'
    | 'Changed'
    | 'Alerted'
    | 'Suppressed'
    | 'NotJudgeable'
    | 'Failed'
    | 'Missed';
  /** The verdict, when there was one. One of match, no_match, undetermined. */
  verdict?: 'match' | 'no_match' | 'undetermined';
  /** Relevance of the verdict. From 0 to 100. */
  relevance?: number;
  /** Why, in a sentence. At most 256 characters. */
  message?: string;
}
