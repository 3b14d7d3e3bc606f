// The API server takes a MonitorJob: definitions and admission policies are in force. Nothing is kept.
import { readFileSync } from 'node:fs';
import { request } from 'node:https';

const account = process.env.ACCOUNT_FOLDER ?? '/var/run/secrets/kubernetes.io/serviceaccount';
const read = (file) => readFileSync(`${account}/${file}`, 'utf8').trim();
const namespace = process.env.NAMESPACE;
const job = (sources) => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'MonitorJob',
  metadata: { name: 'helm-test', namespace },
  spec: {
    sources,
    schedule: { interval: '15m' },
    goal: { prompt: 'Tell me when the price changes.' },
  },
});

const post = (object) =>
  new Promise((done, fail) => {
    const path = `/apis/mon.duckerhub.com/v1alpha1/namespaces/${namespace}/monitorjobs?dryRun=All`;
    const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
    const headers = { authorization: `Bearer ${read('token')}`, 'content-type': 'application/json' };
    const call = request({ method: 'POST', host, port, path, headers, ca: read('ca.crt') }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => (text += part));
      answer.on('end', () => done({ status: answer.statusCode, text }));
    });
    call.setTimeout(10_000, () => call.destroy(new Error('the API server does not answer')));
    call.once('error', fail);
    call.end(JSON.stringify(object));
  });

const taken = await post(job([{ name: 'page', url: 'https://example.org/' }]));
const refused = await post(job([{ name: 'page', url: 'file:///etc/passwd' }]));
console.log(`a good MonitorJob: ${taken.status}${taken.status === 201 ? '' : ` ${taken.text}`}`);
console.log(`a wrong one: ${refused.status}`);
process.exitCode = taken.status === 201 && refused.status === 422 ? 0 : 1;
