/** A process in a part of the network, which does what the test asks of it and answers. */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { Role } from './names.ts';
import type { World } from './world.ts';

/** What an agent does, by name. */
export type Handlers = Readonly<Record<string, (input: never) => unknown>>;

export interface Agent<T extends Handlers> {
  /** @throws Error with what the agent said. */
  ask<K extends keyof T & string>(
    name: K,
    ...input: Parameters<T[K]>
  ): Promise<Awaited<ReturnType<T[K]>>>;
  stop(): Promise<void>;
}

interface Question {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

/** Starts `agents/<file>.ts` in a part of the network; resolves when it takes questions. */
export async function startAgent<T extends Handlers>(
  world: World,
  role: Role,
  file: string,
): Promise<Agent<T>> {
  const script = path.join(import.meta.dirname, 'agents', `${file}.ts`);
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', script];
  const [program = '', ...args] = world.within(role, node);
  const child = spawn(program, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const ready = Promise.withResolvers<unknown>();
  waiting.set(0, ready);
  child.on('message', (answer: Answer) => settle(waiting, answer));
  const ended = endOf(child, () => {
    for (const one of waiting.values()) one.reject(new Error(`The agent ${file} has ended.`));
  });
  await ready.promise;
  let last = 0;
  return {
    ask: (name, ...[input]) => {
      const id = (last += 1);
      const answer = Promise.withResolvers<unknown>();
      waiting.set(id, answer);
      child.send({ id, name, input } satisfies Question);
      return answer.promise as never;
    },
    stop: async () => {
      waiting.clear();
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

function settle(waiting: Map<number, PromiseWithResolvers<unknown>>, answer: Answer): void {
  const one = waiting.get(answer.id);
  waiting.delete(answer.id);
  if ('error' in answer) one?.reject(new Error(answer.error));
  else one?.resolve(answer.value);
}

async function endOf(child: ChildProcess, then: () => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once('error', () => resolve());
  child.once('exit', () => resolve());
  await promise;
  then();
}

/**
 * The other side, called by the agent's script. The process ends with the test's.
 * @param close takes back what the agent has started.
 */
export function serveAgent(handlers: Handlers, close: () => unknown = () => undefined): void {
  const say = (answer: Answer): void => void process.send?.(answer);
  const answer = async ({ id, name, input }: Question): Promise<void> => {
    try {
      say({ id, value: await handlers[name]?.(input as never) });
    } catch (error) {
      say({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  };
  const leave = async (): Promise<void> => {
    await close();
    process.exit(0);
  };
  process.on('message', (question: Question) => void answer(question));
  process.once('disconnect', () => void leave());
  say({ id: 0, value: undefined });
}
