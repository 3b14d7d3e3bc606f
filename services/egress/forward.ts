/** Absolute-form requests: plain HTTP, forwarded message by message. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { EGRESS_ERROR_HEADER } from '../core/egress/errors.ts';
import type { Subject } from './audit.ts';
import { forward, type ForwardDeps } from './exchange.ts';
import { refuseAmbiguous } from './headers.ts';
import { asRefusal, bodyOf, codeOf, statusOf, type RefusalReason } from './refusal.ts';
import { parseAbsolute } from './target.ts';

/** A name that the proxy answers itself, so that a browser can learn its credential beforehand. */
export const PRIMING_HOST = 'egress.duckmon.invalid';

/** Answers an absolute-form request; never rejects. */
export async function answerForward(
  deps: ForwardDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let subject: Subject = { client: request.socket.remoteAddress };
  try {
    refuseAmbiguous(request);
    const grant = deps.authenticate(request.headers['proxy-authorization']);
    subject = { ...subject, grant };
    const target = parseAbsolute(request.url ?? '', request.headers.host);
    subject = { ...subject, target };
    if (target.host === PRIMING_HOST) {
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 3 }).end('ok\n');
      return;
    }
    await forward(deps, { request, response, grant, target, subject });
  } catch (error) {
    const refusal = asRefusal(error);
    deps.audit.refused(subject, refusal);
    refuse(request, response, refusal.reason);
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, reason: RefusalReason): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const code = codeOf(reason);
  const body = bodyOf(reason);
  // A body that nobody reads would be taken for the next request.
  const hasBody = request.headers['content-length'] ?? request.headers['transfer-encoding'];
  response.writeHead(statusOf(reason), {
    ...(code ? { [EGRESS_ERROR_HEADER]: code } : {}),
    ...(statusOf(reason) === 407 ? { 'proxy-authenticate': 'Basic realm="egress"' } : {}),
    ...(hasBody || statusOf(reason) === 400 ? { connection: 'close' } : {}),
    'content-type': 'text/plain',
    'content-length': body.length,
  });
  response.end(body);
}
