// A service that is replaced under load, with the service manager holding its socket, loses no request.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http from 'node:http';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { binary, Service, together, until } from './support/service.mjs';

const manager = fileURLToPath(new URL('support/service_manager.py', import.meta.url));

/** A service below a service manager; `replace` ends it and starts the next one on the same socket. */
class ManagedService extends Service {
  lives = 0;

  async start() {
    this.child = spawn('python3', [manager, binary, 'serve'], { env: this.env, cwd: this.var, stdio: ['pipe', 'pipe', 'pipe'] });
    this.exited = new Promise((resolve) => this.child.once('exit', (code, signal) => resolve({ code, signal })));
    this.child.stderr.on('data', (data) => (this.log += data));
    this.child.stdout.on('data', (data) => {
      for (const [, address, ops] of String(data).matchAll(/^ready http=(\S+) ops=(\S+)/gm)) {
        ++this.lives;
        assert.ok(this.lives === 1 || address === this.http, 'it has the same address again');
        [this.http, this.ops] = [address, ops];
      }
    });
    await until('the first life', () => this.lives === 1, 120);
    return this;
  }

  async replace() {
    const before = this.lives;
    this.child.stdin.write('\n');
    await until('the next life', () => this.lives === before + 1, 120);
  }
}

/** One request on a connection that is kept: what fails is not repeated. */
function send(agent, url, { method, token, body }) {
  return new Promise((resolve, reject) => {
    const text = body && JSON.stringify(body);
    const request = http.request(url, {
      agent, method, headers: { Authorization: `Bearer ${token}`, ...(text && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }) },
    }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(text);
  });
}

test('no request is lost while the service is replaced under load', async () => {
  const service = new ManagedService({ ATELIER_HTTP_DRAIN_IDLE_TIMEOUT: '1s' });
  try {
    await service.start();
    const clients = 8;
    const { token, body } = await service.customer('patient@example.com', 5_000);
    let ending = false;
    const counts = { GET: 0, POST: 0 };
    const client = async (number) => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      while (!ending) {
        const spending = number % 2 === 0;
        const status = await send(agent, `${service.http}/v1/${spending ? 'generations' : 'wallet'}`,
          { method: spending ? 'POST' : 'GET', token, body: spending ? body : undefined });
        // A user may only have so many that wait: that is an answer, too.
        assert.ok(spending ? [202, 429].includes(status) : status === 200, `${status}`);
        ++counts[spending ? 'POST' : 'GET'];
      }
      agent.destroy();
    };
    const load = together(clients, client);
    let failed;
    load.catch((error) => (failed = error));
    for (let round = 0; round < 2; ++round) {
      const before = counts.GET;
      await until('some requests', () => failed || counts.GET > before + 200);
      await service.replace();
    }
    const before = counts.GET;
    await until('some requests more', () => failed || counts.GET > before + 200);
    ending = true;
    await load;
    assert.ok(counts.POST > 0);
    assert.equal(service.audit().code, 0);
  } catch (error) {
    error.message += `\n--- the service's log ---\n${service.log.slice(-4000)}`;
    throw error;
  } finally {
    await service.stop();
    service.remove();
  }
});
