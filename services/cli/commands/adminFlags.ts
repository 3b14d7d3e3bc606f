/** Flags of administration that go on to the entry point of the api. */

export interface AdminFlags {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly force?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly inactive?: string;
  readonly against?: string;
  readonly workspace?: string;
  readonly reason?: string;
}

const SWITCHES = {
  json: '--json',
  csv: '--csv',
  force: '--force',
  yes: '--yes',
  dryRun: '--dry-run',
} as const;
const VALUES = ['inactive', 'against', 'workspace', 'reason'] as const;

/** As the entry point takes them; a value that begins with a hyphen stays one. */
export const passed = (flags: AdminFlags): string[] => [
  ...Object.entries(SWITCHES).flatMap(([name, flag]) =>
    flags[name as keyof typeof SWITCHES] === true ? [flag] : [],
  ),
  ...VALUES.flatMap((name) => {
    const value = flags[name];
    return value === undefined ? [] : [`--${name}=${value}`];
  }),
];
