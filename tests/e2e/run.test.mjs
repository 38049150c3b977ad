// The program as operators meet it: start, stop, and every way in which a start can fail.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Service, binary, withService } from './support/service.mjs';

/** Runs `serve` that is expected to fail: one clear line, and an exit status. */
function refused(service, settings, pattern) {
  const result = spawnSync(binary, ['serve'], {
    env: { ...service.env, ...settings }, cwd: service.var, encoding: 'utf8', timeout: 120_000,
  });
  const errors = result.stderr.split('\n').filter((line) => line.startsWith('error: '));
  assert.equal(errors.length, 1, result.stderr);
  assert.match(errors[0], pattern);
  assert.notEqual(result.status, 0);
}

test('every command explains itself', () => {
  const help = (args) => spawnSync(binary, args, { encoding: 'utf8' });
  for (const command of ['serve', 'migrate', 'seed', 'audit', 'doctor', 'user', 'sandbox']) {
    const { status, stdout } = help([command, '--help']);
    assert.equal(status, 0);
    assert.ok(stdout.includes(`atelier ${command}`), stdout);
    assert.ok(help(['--help']).stdout.includes(command));
  }
  assert.equal(help(['dance']).status, 2);
  assert.match(help(['doctor', '--settings']).stdout, /http\.port/);
});

test('a second service on the same state directory is refused, a taken port too', async () => {
  await withService({}, async (service) => {
    refused(service, {}, /\b\d+\b/);
    const other = new Service();
    try {
      const taken = new URL(service.http).port;
      refused(other, { ATELIER_HTTP_PORT: taken }, new RegExp(taken));
    } finally {
      other.remove();
    }
    assert.equal((await service.call('GET', '/v1/styles')).status, 200, 'the first one goes on');
  });
});

test('wrong settings are named with their place', () => {
  const service = new Service();
  try {
    refused(service, { ATELIER_HTTP_PORT: '70000' }, /ATELIER_HTTP_PORT/);
    refused(service, { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' }, /connect|reach|refused/i);
  } finally {
    service.remove();
  }
});

test('a state directory that cannot be written is one clear line', { skip: process.getuid() === 0 && 'root may write anywhere' }, () => {
  const service = new Service();
  const locked = mkdtempSync(path.join(tmpdir(), 'atelier-locked-'));
  try {
    chmodSync(locked, 0o500);
    refused(service, { ATELIER_VAR: path.join(locked, 'var') }, /ermission/);
  } finally {
    chmodSync(locked, 0o700);
    rmSync(locked, { recursive: true });
    service.remove();
  }
});

test('a stop drains: the request under way is answered, then everything ends', async () => {
  const service = new Service();
  try {
    await service.start();
    const token = await service.newUser('last@example.com');
    const backends = service.backends();
    assert.ok(backends.length > 0);
    const { hostname, port } = new URL(service.http);
    const socket = net.connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (data) => (answer += data)).on('error', () => {});
    socket.write(`POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 66\r\n\r\n{"email":"last@example.com",`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const stopped = service.stop();
    socket.write(`"password":"correct horse battery"}   `);
    assert.equal((await stopped).code, 0);
    assert.match(answer, /^HTTP\/1\.1 201 /);
    for (const pid of backends) assert.throws(() => process.kill(pid, 0), 'its PostgreSQL has ended');
    assert.ok(token);

    await service.start(); // what it knew, it knows
    assert.equal((await service.call('GET', '/v1/me', { token })).status, 200);
    assert.equal((await service.stop()).code, 0);
  } finally {
    service.remove();
  }
});
