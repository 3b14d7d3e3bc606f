/** Runs the scripted model server by itself: `node scripts/testing/model/main.ts --port 4010`. */
import { parseArgs } from 'node:util';
import { startModel } from './server.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '4010' } } });
const model = await startModel({ port: Number(values.port) });
process.stdout.write(
  `The scripted model listens; start duckmon with OPENAI_BASE_URL=${model.url}\n`,
);
