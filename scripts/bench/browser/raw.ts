/** Child of the bench: the least that an isolated check can be: a new context, a page, its text, and gone. */
import { findChromium } from '../../../services/browser/chromium/find.ts';
import { launch, type Launched } from '../../../services/browser/chromium/launch.ts';
import { wordsIn } from './site.ts';
import { serveWork } from './work.ts';

let started: Promise<Launched> | undefined;

/** A proxy that nobody uses: each context has none. */
const start = async (): Promise<Launched> =>
  launch(await findChromium(process.env, ''), 'http://127.0.0.1:9');

async function checkOne(url: string): Promise<string> {
  const { connection } = await (started ??= start());
  const { browserContextId } = await connection.send('Target.createBrowserContext', {
    proxyServer: 'direct://',
    proxyBypassList: '',
    disposeOnDetach: true,
  });
  const { targetId } = await connection.send('Target.createTarget', {
    url: 'about:blank',
    browserContextId,
    width: 1280,
    height: 800,
  });
  const { sessionId } = await connection.send('Target.attachToTarget', { targetId, flatten: true });
  const session = connection.session(sessionId);
  const loaded = Promise.withResolvers<void>();
  session.on('Page.loadEventFired', () => loaded.resolve());
  await session.send('Page.enable');
  await session.send('Page.navigate', { url });
  await loaded.promise;
  const { result } = await session.send('Runtime.evaluate', {
    expression: 'document.body.innerText',
    returnByValue: true,
  });
  session.detach();
  await connection.send('Target.disposeBrowserContext', { browserContextId });
  return wordsIn(url, String(result.value));
}

serveWork(checkOne, async () => (await started)?.kill());
