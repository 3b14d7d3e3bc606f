// Of two connections the policies allow the first, to the egress proxy, and forbid the second.
import { connect } from 'node:net';

const opens = (target) =>
  new Promise((done) => {
    const at = target.lastIndexOf(':');
    const socket = connect({ host: target.slice(0, at), port: Number(target.slice(at + 1)) });
    const end = (opened) => {
      socket.destroy();
      done(opened);
    };
    socket.setTimeout(5_000, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });

// A network plugin may need a moment before it knows a pod that has just started.
const TRIES = 5;
const PAUSE_MS = Number(process.env.PAUSE_MS ?? 2_000);
let allowed = false;
let forbidden = true;
for (let tries = 1; tries <= TRIES && (!allowed || forbidden); tries += 1) {
  if (tries > 1) await new Promise((done) => setTimeout(done, PAUSE_MS));
  [allowed, forbidden] = await Promise.all([process.env.ALLOWED, process.env.FORBIDDEN].map(opens));
}
console.log(`allowed: ${allowed ? 'opened' : 'NOT OPENED: is the egress proxy ready?'}`);
console.log(`forbidden: ${forbidden ? 'OPENED: nothing enforces NetworkPolicies' : 'not opened'}`);
process.exitCode = allowed && !forbidden ? 0 : 1;
