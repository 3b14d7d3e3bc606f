import assert from 'node:assert/strict';
import { chromium, type Browser, type Page } from 'playwright-core';
import { fakeKube, type FakeKube } from '../api/cluster/testing/kube.ts';
import { job, startTestApi, type TestApi } from '../api/testing/api.ts';
import { findChromium } from '../browser/chromium/find.ts';
import { ApiError } from '../core/kube/errors.ts';
import type { Running } from '../core/lifecycle.ts';
import { createLog } from '../core/log.ts';
import { freePorts } from '../local/testing/installation.ts';
import { readConfig } from './config.ts';
import { startDashboard } from './start.ts';

const API_VERSION = 'mon.duckerhub.com/v1alpha1';

const managed = (manager: string, operation: 'Apply' | 'Update', spec: object): object => ({
  manager,
  operation,
  apiVersion: API_VERSION,
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:spec': spec },
});

describe('a monitor that others edit as well', function () {
  this.timeout(60_000);
  let fake: FakeKube;
  let api: TestApi;
  let dashboard: Running;
  let browser: Browser;
  let page: Page;

  before(async () => {
    const [port = 0] = await freePorts(1);
    fake = fakeKube();
    api = await startTestApi(
      { OBJECTS: 'cluster', KUBECONFIG: 'given', PUBLIC_URL: `http://127.0.0.1:${port}` },
      { kube: fake.kube },
    );
    const config = readConfig({ DASHBOARD_PORT: String(port), API_URL: api.url });
    dashboard = await startDashboard(config, { log: createLog('dashboard', 'silent') });
    const found = await findChromium(process.env, '.');
    const env = { ...process.env, LD_LIBRARY_PATH: found.libraries ?? '' };
    browser = await chromium.launch({ executablePath: found.file, chromiumSandbox: false, env });
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${dashboard.url}/sign-in?token=${await api.oneTimeToken('sign-in', null)}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    put('shared', 'kubectl', 'Apply');
    put('theirs', 'kubectl-client-side-apply', 'Update');
  });

  after(async () => {
    await browser?.close();
    await dashboard?.stop();
    await api?.stop();
  });

  const put = (name: string, manager: string, operation: 'Apply' | 'Update'): void => {
    const object = job(name, { description: 'theirs' });
    const managedFields = [managed(manager, operation, { 'f:description': {} })];
    const live = fake.put(object, { managedFields });
    fake.objects.set(`MonitorJob/${name}`, { ...live, apiVersion: API_VERSION });
  };
  const open = async (place: string): Promise<void> => {
    await page.goto(dashboard.url + place);
    await page.locator('h1').waitFor();
  };
  const field = (label: string) => page.getByLabel(label, { exact: true });

  it('says on its page who owns a part of it', async () => {
    await open('/monitors/shared');
    await page.getByText('partly owned by kubectl').waitFor();
  });

  it('cannot be typed into where kubectl owns the field, and says why', async () => {
    await open('/monitors/shared/edit');
    assert.equal(await field('Description').isEditable(), false);
    await page.getByText('Owned by kubectl; change it there.').waitFor();
    assert.equal(await field('What matters').isEditable(), true);
  });

  it('is saved with what was typed', async () => {
    await open('/monitors/shared/edit');
    await field('Every').fill('30');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('every 30m').waitFor();
    const live = fake.objects.get('MonitorJob/shared');
    assert.deepEqual(
      [live?.spec?.['schedule'], live?.spec?.['description']],
      [{ interval: '30m' }, 'theirs'],
    );
  });

  it('shows at each field what the cluster refuses of it', async () => {
    const cause = (field_: string) => ({
      reason: 'FieldManagerConflict',
      field: field_,
      message: 'conflict with "argocd-controller" using mon.duckerhub.com/v1alpha1',
    });
    await open('/monitors/shared/edit');
    await field('What matters').fill('something else');
    fake.failures.push(
      undefined,
      new ApiError(
        409,
        {
          reason: 'Conflict',
          message: 'conflict',
          details: {
            causes: [cause('.spec.goal.prompt'), cause('.spec.alerting.cooldown')],
          },
        },
        'monitorjobs/shared',
      ),
    );
    await page.getByRole('button', { name: 'Save' }).click();
    const alert = page
      .locator('.field')
      .filter({ has: field('What matters') })
      .getByRole('alert');
    assert.match((await alert.textContent()) ?? '', /argocd-controller/);
    assert.equal(await field('What matters').getAttribute('aria-invalid'), 'true');
    await page.getByText(/^spec\.alerting\.cooldown: .*argocd-controller/).waitFor();
    assert.equal(await field('What matters').inputValue(), 'something else');
  });

  it('is read-only as a whole while kubectl applies it on its side', async () => {
    await open('/monitors/theirs');
    await page.getByText('owned by kubectl-client-side-apply', { exact: true }).waitFor();
    await open('/monitors/theirs/edit');
    await page.getByText(/take it over with kubectl apply --server-side/).waitFor();
    for (const label of ['Description', 'What matters', 'Every', 'Page'])
      assert.equal(await field(label).isEditable(), false, label);
    assert.equal(await page.getByRole('button', { name: 'Save' }).isDisabled(), true);
  });

  for (const width of [390, 1440])
    it(`never scrolls sideways at ${width} px`, async () => {
      await page.setViewportSize({ width, height: 844 });
      for (const place of ['/monitors/theirs', '/monitors/theirs/edit', '/monitors/shared/edit']) {
        await open(place);
        const wider = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        assert.equal(wider, 0, place);
      }
    });
});
