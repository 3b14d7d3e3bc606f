/** Hears each command that goes to a browser, so that a test can do harm at a named point. */
import type { Connection, Session } from '../chromium/connection.ts';
import { launch, type Launched } from '../chromium/launch.ts';
import type { CommandName } from '../chromium/protocol.ts';

/** A moment of a command: when it is about to be sent, or when its answer has come. */
export type Point = `${'before' | 'after'} ${CommandName}`;

/** A `launch` whose browser's commands are told; what is told waits for nothing. */
export const tapped =
  (hear: (point: Point, launched: Launched, params: unknown) => void): typeof launch =>
  async (...given) => {
    const launched = await launch(...given);
    const tell: Tell = (point, params) => hear(point, launched, params);
    return { ...launched, connection: tap(launched.connection, tell) };
  };

type Tell = (point: Point, params: unknown) => void;

function tap(connection: Connection, tell: Tell): Connection {
  const around =
    (session: Pick<Session, 'send'>): Session['send'] =>
    async (command, ...params) => {
      tell(`before ${command}`, params[0]);
      const answer = await session.send(command, ...params);
      tell(`after ${command}`, params[0]);
      return answer;
    };
  return {
    ...connection,
    send: around(connection),
    session: (sessionId) => {
      const session = connection.session(sessionId);
      return { ...session, send: around(session) };
    },
  };
}
