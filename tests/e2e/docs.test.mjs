// The reference of the API, in a browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withPage } from './support/browser.mjs';
import { withService } from './support/service.mjs';

test('the reference shows every operation, tries one out and needs no other host', () =>
  withService({}, (service) => withPage(async (page) => {
    const hosts = new Set();
    page.on('request', (request) => {
      if (request.url().startsWith('http')) hosts.add(new URL(request.url()).origin);
    });
    await page.goto(`${service.http}/docs`);
    await page.getByRole('heading', { name: 'Atelier' }).waitFor();
    const { json: document } = await service.call('GET', '/openapi.json');
    const methods = new Set(['get', 'post', 'put', 'patch', 'delete']);
    const count = (items) => Object.values(items)
      .flatMap((item) => Object.keys(item)).filter((key) => methods.has(key)).length;
    await page.locator('.opblock').first().waitFor();
    assert.equal(await page.locator('.opblock').count(), count(document.paths) + count(document.webhooks));

    const styles = page.locator('.opblock', { hasText: '/v1/styles' });
    await styles.locator('.opblock-summary-control').click();
    await styles.getByRole('button', { name: 'Execute' }).click();
    const reply = styles.locator('.live-responses-table');
    await reply.getByText('200', { exact: true }).first().waitFor();
    await reply.getByText('Art Deco').first().waitFor();
    assert.deepEqual([...hosts], [service.http]);
  }, { viewport: { width: 1280, height: 900 } })));

test('the document is small on the wire and sent once', () => withService({}, async (service) => {
  const first = await service.call('GET', '/openapi.json');
  assert.equal(first.headers.get('content-encoding'), 'gzip');
  assert.ok(Number(first.headers.get('content-length')) < 60_000);
  const etag = first.headers.get('etag');
  const again = await service.call('GET', '/openapi.json', { headers: { 'If-None-Match': etag } });
  assert.equal(again.status, 304);
  const plain = await service.call('GET', '/openapi.json', { headers: { 'Accept-Encoding': 'identity' } });
  assert.equal(plain.headers.get('content-encoding'), null);
  assert.deepEqual(plain.json, first.json);
  const errors = await service.call('GET', '/docs/errors.md');
  assert.match(errors.text, /`insufficient_tokens`/);
}));
