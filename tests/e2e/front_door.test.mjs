// What stands between the world and the service: TLS, pages of other origins, limits of requests.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import tls from 'node:tls';
import { withPage } from './support/browser.mjs';
import { room, until, withService } from './support/service.mjs';

/** A certificate of its own for 127.0.0.1, where the service looks for it. */
function certify(directory, name) {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', path.join(directory, 'key.pem'),
    '-out', path.join(directory, 'certificate.pem')], { stdio: 'ignore' });
  return readFileSync(path.join(directory, 'certificate.pem'));
}

/** One request on a connection of its own. */
const ask = (url, options) => new Promise((resolve, reject) => {
  const request = https.request(url, { agent: false, ...options }, (response) => {
    const chunks = [];
    const name = response.socket.getPeerCertificate().subject?.CN;
    const protocol = response.socket.getProtocol();
    response.on('data', (chunk) => chunks.push(chunk));
    response.on('end', () => resolve({
      status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks), name, protocol,
    }));
    response.on('error', reject);
  });
  request.on('error', reject);
  request.end(options.body);
});

test('TLS with modern ciphers, and a certificate that can be replaced', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'atelier-tls-'));
  const ca = certify(directory, 'first');
  const settings = {
    ATELIER_HTTP_TLS_CERTIFICATE: path.join(directory, 'certificate.pem'),
    ATELIER_HTTP_TLS_KEY: path.join(directory, 'key.pem'),
  };
  try {
    await withService(settings, async (service) => {
      assert.match(service.http, /^https:/);
      const first = await ask(`${service.http}/v1/styles`, { ca });
      assert.equal(first.status, 200);
      assert.equal(first.name, 'first');
      assert.equal(first.protocol, 'TLSv1.3');
      assert.equal(first.headers['strict-transport-security'], 'max-age=31536000');
      assert.equal((await ask(`${service.http}/v1/styles`, { ca, maxVersion: 'TLSv1.2' })).protocol, 'TLSv1.2');

      // Large bodies in both directions.
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // fetch knows no other way to be told of a certificate
      const token = await service.newUser('ann@example.com');
      const image = await service.upload(token, 'living_room.jpg', 'image/jpeg');
      const { bytes } = await service.call('GET', `/v1/images/${image.id}/file?original=true`, { token });
      assert.ok(bytes.equals(room('living_room.jpg')));
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;

      await assert.rejects(ask(`${service.http}/v1/styles`, { ca, maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0' }));
      await assert.rejects(ask(`${service.http}/v1/styles`, { ca, maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' }));
      await until('the refused handshakes in the metrics', async () =>
        (await service.metric('atelier_http_refusals_total', 'reason="tls_handshake"')) >= 2);

      // A connection that is open stays as it is; new ones are shown the new certificate.
      const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
      assert.equal((await ask(`${service.http}/v1/styles`, { ca, agent })).name, 'first');
      const second = certify(directory, 'second');
      service.child.kill('SIGHUP');
      await until('the new certificate', async () =>
        (await ask(`${service.http}/v1/styles`, { rejectUnauthorized: false })).name === 'second');
      assert.equal((await ask(`${service.http}/v1/styles`, { ca: second })).status, 200);
      assert.equal((await ask(`${service.http}/v1/styles`, { ca, agent })).status, 200);
      agent.destroy();

      // Nonsense is not taken over.
      writeFileSync(path.join(directory, 'certificate.pem'), 'nonsense');
      service.child.kill('SIGHUP');
      await until('the complaint', () => service.log.includes('the certificate stays as it was'));
      assert.equal((await ask(`${service.http}/v1/styles`, { ca: second })).name, 'second');

      // Who speaks only another protocol is refused.
      const other = tls.connect({ port: new URL(service.http).port, host: '127.0.0.1', ca: second, ALPNProtocols: ['h2'] });
      await assert.rejects(new Promise((resolve, reject) => other.once('secureConnect', resolve).once('error', reject)));
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('scripts on pages of other origins use the API where they may', async () => {
  const site = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>A page</title>');
  });
  await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${site.address().port}`;
  try {
    await withService({ ATELIER_HTTP_CORS_ORIGINS: origin }, (service) => withPage(async (page) => {
      const fromPage = async (url) => {
        await page.goto(url);
        return page.evaluate(async (api) => {
          const reply = await fetch(`${api}/v1/wallet`, { headers: { Authorization: 'Bearer ats_x', 'X-Request-Id': 'mine' } });
          return [reply.status, reply.headers.get('x-request-id'), (await reply.json()).code];
        }, service.http).catch((error) => error.message);
      };
      assert.deepEqual(await fromPage(origin), [401, 'mine', 'unauthenticated']);
      assert.match(await fromPage(origin.replace('127.0.0.1', 'localhost')), /Failed to fetch/);
    }, { expected: /CORS policy|Failed to load resource/ }));
  } finally {
    site.close();
  }
});

test('who asks too often has to wait, and is told so', () =>
  withService({ ATELIER_HTTP_REQUESTS_PER_ADDRESS: '30' }, async (service) => {
    const replies = [];
    for (let i = 0; i < 31; ++i) replies.push(await service.call('GET', '/v1/styles'));
    assert.deepEqual(replies.map(({ status }) => status), [...Array(30).fill(200), 429]);
    const { headers } = replies.at(-1);
    assert.equal(headers.get('ratelimit-policy'), '"address";q=30;w=60');
    assert.ok(Number(headers.get('retry-after')) >= 1);
    assert.equal(await service.metric('atelier_http_refusals_total', 'reason="rate_limited"'), 1);
  }));
