/** Short commands that change the state of one thing. */
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { complain, print } from '../io.ts';
import { channelKind, deliveryKind, findingKind, monitorKind } from '../kinds.ts';
import type { ChannelTestAnswer, Delivery, Finding } from '../model.ts';
import { plain } from '../terminal.ts';
import { type Context, itemPath } from './context.ts';

export type FindingVerb = 'acknowledge' | 'snooze' | 'resolve' | 'reopen';

/** Moves findings on in their life; says the new state of each. */
export async function actOnFindings(
  { io, client }: Context,
  verb: FindingVerb,
  ids: readonly string[],
  body: object = {},
): Promise<ExitCode> {
  for (const id of ids) {
    const path = `${itemPath(findingKind.path, id)}/${verb}`;
    const { state, title } = await client().post<Finding>(path, body);
    print(io, plain(`finding/${id} ${state}: ${title}`));
  }
  return EXIT.ok;
}

/** Stops or goes on with the checks of monitors. */
export async function setPaused(
  { io, client }: Context,
  verb: 'pause' | 'resume',
  names: readonly string[],
): Promise<ExitCode> {
  for (const name of names) {
    await client().post(`${itemPath(monitorKind.path, name)}/${verb}`);
    print(io, plain(`monitorjob/${name} ${verb === 'pause' ? 'paused' : 'resumed'}`));
  }
  return EXIT.ok;
}

/** Sends a test message through a channel; exit code 1 when it was not taken. */
export async function testChannel({ io, client }: Context, name: string): Promise<ExitCode> {
  const path = `${itemPath(channelKind.path, name)}/test`;
  const { kind, reason } = await client().post<ChannelTestAnswer>(path);
  if (kind === 'accepted') {
    print(io, plain(`notificationchannel/${name}: the test message was accepted`));
    return EXIT.ok;
  }
  const words = {
    retry: 'could not be sent now',
    rejected: 'was rejected',
    unknown: 'may or may not have been sent',
  } as const;
  complain(
    io,
    plain(
      `notificationchannel/${name}: the test message ${words[kind]}: ${reason ?? 'no reason was given'}`,
    ),
  );
  return EXIT.failed;
}

/** Sends deliveries again that did not arrive. */
export async function resend({ io, client }: Context, ids: readonly string[]): Promise<ExitCode> {
  for (const id of ids) {
    const { state } = await client().post<Delivery>(`${itemPath(deliveryKind.path, id)}/resend`);
    print(io, plain(`delivery/${id} ${state}`));
  }
  return EXIT.ok;
}

/** A text as a positive whole number. @throws CliError that names the flag. */
export function parseCount(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new CliError(EXIT.usage, `${flag} ${text}: must be a whole number above 0`);
  return value;
}
