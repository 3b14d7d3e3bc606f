/** A port for what cannot say which one the system chose. */
import { serve } from '../serve.ts';

/** A port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const { port, stop } = await serve(() => {}, { host: '127.0.0.1', port: 0 });
  await stop(0);
  return port;
}
