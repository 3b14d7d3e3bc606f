/** Each fence against a page that looks around inside: how it is taken down, and the test that then fails. */

export interface Layer {
  /** What is taken away. */
  readonly fence: string;
  /** From the root of the project. */
  readonly file: string;
  /** Pieces of the file, each of which is there once, and what stands there instead. */
  readonly changes: readonly (readonly [piece: string, instead: string])[];
  readonly test: string;
  /** The beginning of the titles of tests, of which one must fail. */
  readonly title: string;
}

const FLAGS = 'services/browser/chromium/flags.ts';
const ESCAPE = 'services/browser/escape/escape.test.ts';
const PROCESSES = 'services/browser/chromium/processes.test.ts';
const PACKETS = 'services/egress/packets.test.ts';
const INTRANET = 'services/egress/intranet.test.ts';
const PATHS = 'services/egress/paths.test.ts';
const POLICY = 'services/egress/policy.ts';

const browser: readonly Layer[] = [
  {
    fence: 'the flags that keep WebRTC in the proxy',
    file: FLAGS,
    changes: [
      ["  '--webrtc-ip-handling-policy=disable_non_proxied_udp',\n", ''],
      ["  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',\n", ''],
    ],
    test: ESCAPE,
    title: 'C9 peer connections send no UDP',
  },
  {
    fence: 'the flag that leaves the browser no names and no other address',
    file: FLAGS,
    changes: [
      [
        '  `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${new URL(proxyServer).hostname}`,\n',
        '',
      ],
    ],
    test: ESCAPE,
    title: 'C7 a list of addresses around the proxy is seen',
  },
  {
    fence: 'the proxy for what belongs to loopback, in each context',
    file: 'services/browser/chromium/tab.ts',
    changes: [["proxyBypassList: '<-loopback>'", "proxyBypassList: ''"]],
    test: ESCAPE,
    title: 'C8 a WebSocket of a page',
  },
  {
    fence: 'the pipe instead of a port to speak with the browser',
    file: FLAGS,
    changes: [
      [
        "  '--remote-debugging-pipe',\n",
        "  '--remote-debugging-pipe',\n  '--remote-debugging-port=0',\n",
      ],
    ],
    test: 'services/browser/chromium/sandbox.test.ts',
    title: 'C14 listens on no port',
  },
  {
    fence: "Chromium's own sandbox",
    file: FLAGS,
    changes: [["...(sandbox === 'None' ? ['--no-sandbox'] : [])", "'--no-sandbox'"]],
    test: 'services/browser/chromium/sandbox.test.ts',
    title: 'C22 is on for every renderer',
  },
  {
    fence: 'a call more in the seccomp profile',
    file: 'charts/duckmon/files/seccomp/chromium.json',
    changes: [['"accept4",', '"accept4",\n        "kexec_load",']],
    test: 'services/browser/escape/seccomp.test.ts',
    title: 'C23 differs from the default of the runtime',
  },
  {
    fence: 'the gate that lets frames begin their processes one after the other',
    file: 'services/browser/chromium/browser.ts',
    changes: [['  await gateFrames(connection, isPage);\n', '']],
    test: PROCESSES,
    title: 'C30 of ',
  },
  {
    fence: 'the flag by which the process of a frame waits for its answer',
    file: FLAGS,
    changes: [["  `--enable-features=${FEATURES_ON.join(',')}`,\n", '']],
    test: PROCESSES,
    title: 'C30 of ',
  },
];

const proxy: readonly Layer[] = [
  {
    fence: 'the pinned address: the name is asked for again',
    file: 'services/egress/open.ts',
    changes: [
      [
        'dialFirst(deps.dial, addresses, target.port',
        'dialFirst(deps.dial, [target.host], target.port',
      ],
    ],
    test: PACKETS,
    title: 'C6 sends nothing to',
  },
  {
    fence: 'the look at where a connection ended up',
    file: 'services/egress/dial.ts',
    changes: [
      ['reached !== undefined && isSameAddress(reached, address)', 'reached !== undefined'],
    ],
    test: PACKETS,
    title: 'C6 a proxy that asks for the name again',
  },
  {
    fence: 'the judgement of each address but the first',
    file: POLICY,
    changes: [
      ['for (const address of addresses) {', 'for (const address of addresses.slice(0, 1)) {'],
    ],
    test: PACKETS,
    title: 'C2 C3 C4 sends no packet',
  },
  {
    fence: 'the classifier',
    file: POLICY,
    changes: [['if (!verdict.allowed) throw', 'if (!verdict.allowed && port === 0) throw']],
    test: PACKETS,
    title: 'C2 C3 C4 sends no packet',
  },
  {
    fence: 'the refusal of names of a cluster',
    file: POLICY,
    changes: [['if (!parsed.ok) throw', 'if (!parsed.ok && host === "") throw']],
    test: PACKETS,
    title: 'C2 C3 C4 sends no packet',
  },
  {
    fence: 'the ports of the web',
    file: POLICY,
    changes: [['new Set([80, 443])', 'new Set([22, 80, 443])']],
    test: 'services/egress/access.test.ts',
    title: 'C16 refuses port 22',
  },
  {
    fence: 'the refusal of the proxy itself',
    file: POLICY,
    changes: [
      ['if (!ownPorts.includes(port)) return false;', 'if (ownPorts.length > 0) return false;'],
    ],
    test: 'services/egress/access.test.ts',
    title: 'C16 never connects to itself',
  },
  {
    fence: 'the signature of a credential',
    file: 'services/core/egress/credential.ts',
    changes: [
      [
        'if (!verify(null, signedText(kid, payload)',
        'if (kid === "" && !verify(null, signedText(kid, payload)',
      ],
    ],
    test: INTRANET,
    title: 'C17 C18 takes no credential',
  },
  {
    fence: 'the workspace of what is opened',
    file: 'services/egress/allow.ts',
    changes: [
      ['workspace === undefined || workspace === name', 'workspace !== "" || workspace === name'],
    ],
    test: INTRANET,
    title: 'C18 sends no packet there for another workspace',
  },
  {
    fence: 'the workspace of kept connections, and of what is judged for them',
    file: 'services/egress/open.ts',
    changes: [
      [
        'admitAddresses(deps.policy, grant, addresses',
        'admitAddresses(deps.policy, { ...grant, workspace: "team-a" }, addresses',
      ],
    ],
    test: INTRANET,
    title: 'C18 uses no kept connection',
  },
];

const services: readonly Layer[] = [
  {
    fence: 'the proxy before a webhook',
    file: 'services/notification/post.ts',
    changes: [
      [
        'await transport.connect(host, port, signal)',
        '(await import("node:net")).connect(port, host)',
      ],
    ],
    test: PATHS,
    title: 'C19 the target of a webhook',
  },
  {
    fence: 'the proxy before the model',
    file: 'services/llm/start.ts',
    changes: [
      ['opened.fetch(url, init as never) as unknown', 'globalThis.fetch(url, init) as unknown'],
    ],
    test: PATHS,
    title: 'C19 a base URL of the model',
  },
  {
    fence: 'the proxy before the OpenID provider',
    file: 'services/api/identity/open.ts',
    changes: [
      [
        'transport.fetch(url, options as never) as unknown',
        'globalThis.fetch(url, options as never) as unknown',
      ],
    ],
    test: PATHS,
    title: 'C19 an OpenID provider',
  },
];

const cluster: readonly Layer[] = [
  {
    fence: 'the NetworkPolicy that drops what pods of pools send',
    file: 'operator/src/policies/policies.ts',
    changes: [
      [
        "{ to: [{ ...there, podSelector: componentIs('egress') }], ports: tcp(portOf('egress')) },",
        '{},',
      ],
    ],
    test: 'services/browser/escape/policies.test.ts',
    title: 'C15 sends by TCP, UDP, DNS, IPv6 and ICMP',
  },
  {
    fence: 'names, which no browser pod is to ask for',
    file: 'operator/src/controllers/workerpool/pod.ts',
    changes: [
      [
        "componentOf(pool) === 'browser'\n    ? { dnsPolicy",
        "componentOf(pool) === 'llm'\n    ? { dnsPolicy",
      ],
    ],
    test: 'operator/src/controllers/workerpool/build.test.ts',
    title: 'C10 gives a browser pod no name server',
  },
];

export const LAYERS: readonly Layer[] = [...browser, ...proxy, ...services, ...cluster];

/**
 * A file without its fence.
 * @throws Error when a piece is not there exactly once: then the table is older than the file.
 */
export function mutated(text: string, { fence, file, changes }: Layer): string {
  return changes.reduce((before, [piece, instead]) => {
    const [head, tail, ...more] = before.split(piece);
    if (head === undefined || tail === undefined || more.length > 0)
      throw new Error(`${file} does not have ${JSON.stringify(piece)} once, which is ${fence}.`);
    return head + instead + tail;
  }, text);
}
