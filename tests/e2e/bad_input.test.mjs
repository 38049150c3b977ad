// What comes from strangers: a clear error each, bounded memory, and the next good request works.
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import zlib from 'node:zlib';
import { withService, room, until } from './support/service.mjs';

/** A PNG of zeros; one bit for each pixel keeps the making of a bomb cheap. */
function png(width, height) {
  const chunk = (type, data) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(data.length);
    head.write(type, 4, 'latin1');
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc(Buffer.concat([head.subarray(4), data])));
    return Buffer.concat([head, data, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1; // bits
  const rows = Buffer.alloc(height * (1 + Math.ceil(width / 8)));
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header),
    chunk('IDAT', zlib.deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

function crc(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; ++bit) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}

/** Sends raw bytes and gives what comes back until the server closes or `wait` milliseconds are over. */
function raw(service, bytes, wait = 5000) {
  const { hostname, port } = new URL(service.http);
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname);
    let answer = '';
    const end = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(wait, end);
    socket.on('data', (data) => (answer += data));
    socket.on('close', end).on('error', end);
    socket.write(bytes);
  });
}

test('bad input gets a clear error each, and memory stays bounded', async () => {
  await withService({ ATELIER_HTTP_HEADER_TIMEOUT: '2s', ATELIER_HTTP_MAX_CONNECTIONS: '3000' }, async (service) => {
    const token = await service.newUser('mallory@example.com');
    const upload = (bytes, type = 'image/jpeg') =>
      service.call('POST', '/v1/images', { token, raw: bytes, headers: { 'Content-Type': type } });
    const problem = (answer, status, code) => {
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
      assert.equal(answer.json.code, code);
      assert.equal(answer.json.status, status);
      assert.ok(answer.json.request_id);
    };

    // Images.
    problem(await upload(room('truncated.jpg')), 422, 'invalid_image');
    const lying = Buffer.from(room('progressive.jpg'));
    const frame = lying.indexOf(Buffer.from([0xff, 0xc2]));
    lying.writeUInt16BE(30000, frame + 5);
    lying.writeUInt16BE(30000, frame + 7);
    problem(await upload(lying), 422, 'image_too_large');
    problem(await upload(png(30000, 30000), 'image/png'), 422, 'image_too_large');
    problem(await upload(Buffer.from('GIF89a, honestly'), 'image/jpeg'), 415, 'unsupported_media_type');
    problem(await upload(room('plain.png'), 'image/gif'), 415, 'unsupported_media_type');
    problem(await upload(Buffer.alloc(0)), 422, 'validation_failed');
    const text = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from('no picture at all')]);
    problem(await upload(text), 422, 'invalid_image');

    // Bodies of a gigabyte: refused by their length, or when the limit is passed.
    const head = `POST /v1/images HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: image/jpeg\r\n`;
    assert.match(await raw(service, `${head}Content-Length: 1073741824\r\n\r\n`), /^HTTP\/1\.1 413 /);
    const big = await raw(service, Buffer.concat([Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n`),
      ...Array.from({ length: 40 }, () => Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(1 << 20), Buffer.from('\r\n')]))]));
    assert.match(big, /^HTTP\/1\.1 413 /);

    // JSON.
    const post = (body, type = 'application/json') =>
      service.call('POST', '/v1/generations', { token, raw: body, headers: { 'Content-Type': type } });
    problem(await post('{'), 422, 'malformed_json');
    problem(await post('[]'), 422, 'malformed_json');
    problem(await post('{"a":'.repeat(10000) + '1' + '}'.repeat(10000)), 422, 'malformed_json');
    problem(await post('{}', 'text/plain'), 415, 'unsupported_media_type');
    const typed = await post('{"input_image_id":"one","style_id":1.5}');
    problem(typed, 422, 'validation_failed');
    assert.deepEqual(typed.json.errors.map(({ field }) => field).sort(), ['input_image_id', 'style_id']);
    const extra = await post('{"input_image_id":1,"style_id":1,"cost":0}');
    problem(extra, 422, 'validation_failed');
    assert.equal(extra.json.errors[0].field, 'cost');
    problem(await post(`{"input_image_id":1,"style_id":1,"x":"${'x'.repeat(300_000)}"}`), 413, 'payload_too_large');

    // HTTP.
    problem(await service.call('GET', '/v1/wallet'), 401, 'unauthenticated');
    problem(await service.call('GET', '/v1/wallet', { token: 'atl_nonsense' }), 401, 'unauthenticated');
    problem(await service.call('GET', '/v1/nothing', { token }), 404, 'not_found');
    problem(await service.call('PUT', '/v1/wallet', { token }), 405, 'method_not_allowed');
    for (const smuggled of [
      'POST /v1/users HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}',
      'POST /v1/users HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
      'GET /v1/styles HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n',
      'GET /v1/styles HTTP/1.1\nHost: x\n\n',
    ]) assert.match(await raw(service, smuggled), /^HTTP\/1\.1 400 /, smuggled);
    assert.match(await raw(service, `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);

    // Thousands of connections that send their headers a byte at a time are cut, and disturb nobody.
    const { hostname, port } = new URL(service.http);
    const slow = Array.from({ length: 2000 }, () => net.connect(Number(port), hostname).on('error', () => {}));
    const open = new Set(slow);
    slow.forEach((socket) => socket.on('close', () => open.delete(socket)).on('data', () => {}));
    for (const letter of 'GET /v1/st') {
      slow.forEach((socket) => socket.writable && socket.write(letter));
      await sleep(100);
      assert.equal((await service.call('GET', '/v1/styles')).status, 200);
    }
    await until('the slow connections to be cut', () => open.size === 0, 30);

    assert.equal((await upload(room('plain.png'), 'image/png')).status, 201);
    if (!process.env.ATELIER_SANITIZED) assert.ok(service.peakMemory() < 600, `${service.peakMemory()} MiB`);
    const audit = service.audit();
    assert.equal(audit.code, 0, audit.out + audit.err);
  });
});
