/** Runs the receiver by itself and prints what comes: `node scripts/testing/hook/main.ts --port 9100 --secret S`. */
import { parseArgs } from 'node:util';
import { startHook } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9100' },
    secret: { type: 'string', multiple: true, default: [] },
  },
});
const hook = await startHook({ port: Number(values.port), secrets: values.secret });
process.stdout.write(`The receiver listens on ${hook.url}\n`);
let shown = 0;
setInterval(() => {
  for (const post of hook.posts.slice(shown)) process.stdout.write(`${JSON.stringify(post)}\n`);
  shown = hook.posts.length;
}, 200);
