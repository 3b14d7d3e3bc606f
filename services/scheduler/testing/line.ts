/** The line of a check for the tests of its stages: a shop whose page they change. */
import { SHOP, createWorld, type Row, type World } from './world.ts';

export const FORTY = 'Shop\nPrice: 40 €\nOpen daily';
export const THIRTY_FIVE = 'Shop\nPrice: 35 €\nOpen daily';

export interface Line {
  /** The world of the running test; only inside of tests and hooks. */
  readonly world: World;
  /** All checks so far, oldest first. */
  readonly checks: () => Promise<Row[]>;
  readonly lastCheck: () => Promise<Row>;
  /** Outcome, stage and reason of the last check. */
  readonly stopOfLast: () => Promise<unknown[]>;
  readonly monitorRow: (name?: string) => Promise<Row>;
  readonly alertKinds: () => Promise<unknown[]>;
}

/** Gives each test of the running `describe` a world with the page at 40 € and the channel `hook`. */
export function useLine(): Line {
  let current: World | undefined;
  const world = (): World => {
    if (!current) throw new Error('The world is there only inside of tests.');
    return current;
  };
  beforeEach(async () => {
    current = await createWorld();
    current.browser.show(SHOP, FORTY);
    await current.channel('hook', {});
  });
  afterEach(() => world().close());
  const checks = (): Promise<Row[]> => world().rows('checks', 'at, id');
  const lastCheck = async (): Promise<Row> => (await checks()).at(-1) ?? {};
  return {
    get world() {
      return world();
    },
    checks,
    lastCheck,
    stopOfLast: async () => {
      const { outcome, stage, reason } = await lastCheck();
      return [outcome, stage, reason];
    },
    monitorRow: async (name = 'shop') =>
      (await world().rows('monitors')).find((row) => row['name'] === name) ?? {},
    alertKinds: async () =>
      (await world().rows('alerts', 'created_at, id')).map((row) => row['kind']),
  };
}
