// What becomes of an uploaded photo: kept as it came, served without what it tells of its owner, in several widths, to
// browsers without a token, from a disk and from a bucket.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Bucket } from './support/bucket.mjs';
import { room, together, withService } from './support/service.mjs';

/** Width and height that a JPEG stores, whatever its orientation says. */
function sizeOf(jpeg) {
  assert.equal(jpeg.readUInt16BE(0), 0xffd8);
  for (let at = 2; ;) {
    const marker = jpeg.readUInt16BE(at);
    if (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker))
      return [jpeg.readUInt16BE(at + 7), jpeg.readUInt16BE(at + 5)];
    at += 2 + jpeg.readUInt16BE(at + 2);
  }
}

const isWebp = (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP';
const tellsOfOwner = (bytes) => /Exif\0|http:\/\/ns\.adobe\.com|Photoshop 3/.test(bytes.toString('latin1'));

test('photos are served upright and clean, and kept as they came', async () => {
  await withService({}, async (service) => {
    const token = await service.newUser('ann@example.com');
    const get = (url, headers) => service.call('GET', url, { token, headers });
    const photo = await service.upload(token, 'living_room.jpg', 'image/jpeg');
    const file = `/v1/images/${photo.id}/file`;
    assert.ok(tellsOfOwner(room('living_room.jpg')), 'the sample has metadata');

    const clean = await get(file);
    assert.equal(clean.status, 200);
    assert.equal(clean.headers.get('content-type'), 'image/jpeg');
    assert.ok(!tellsOfOwner(clean.bytes));
    assert.deepEqual(sizeOf(clean.bytes), [4000, 3000]);
    const original = await get(`${file}?original=true`);
    assert.ok(original.bytes.equals(room('living_room.jpg')));
    assert.notEqual(original.headers.get('etag'), clean.headers.get('etag'));

    const sideways = await service.upload(token, 'sideways.jpg', 'image/jpeg');
    const upright = await get(`/v1/images/${sideways.id}/file`);
    assert.deepEqual(sizeOf(upright.bytes), [2400, 1800]);
    assert.ok(!tellsOfOwner(upright.bytes));

    // Thumbnails.
    const jpeg = await get(`${file}?width=320`);
    assert.equal(jpeg.headers.get('content-type'), 'image/jpeg');
    assert.equal(jpeg.headers.get('vary'), 'Accept');
    assert.deepEqual(sizeOf(jpeg.bytes), [320, 240]);
    assert.ok(!tellsOfOwner(jpeg.bytes));
    const webp = await get(`${file}?width=320`, { Accept: 'image/avif,image/webp,*/*;q=0.8' });
    assert.equal(webp.headers.get('content-type'), 'image/webp');
    assert.ok(isWebp(webp.bytes));
    assert.notEqual(webp.headers.get('etag'), jpeg.headers.get('etag'));
    for (const width of ['321', '100000', 'wide']) {
      const refused = await get(`${file}?width=${width}`);
      assert.equal(refused.status, 422);
      assert.equal(refused.json.errors[0].field, 'width');
    }
    const plain = await service.upload(token, 'plain.png', 'image/png');
    assert.deepEqual(sizeOf((await get(`/v1/images/${plain.id}/file?width=1920`)).bytes), [800, 600], 'never enlarged');

    // Made once, however many ask at once.
    const before = await service.metric('atelier_image_variants_total', 'result="made"');
    const all = await together(30, () => get(`${file}?width=640`));
    assert.ok(all.every((r) => r.status === 200 && r.bytes.equals(all[0].bytes)));
    assert.equal(await service.metric('atelier_image_variants_total', 'result="made"'), before + 1);

    // Nobody else's.
    const stranger = await service.newUser('bob@example.com');
    assert.equal((await service.call('GET', file, { token: stranger })).status, 404);
    assert.equal((await service.call('GET', file)).status, 401);
  });
});

test('clients fetch only what they do not have', async () => {
  await withService({}, async (service) => {
    const token = await service.newUser('ann@example.com');
    const photo = await service.upload(token, 'living_room.jpg', 'image/jpeg');
    const file = `/v1/images/${photo.id}/file`;
    const get = (headers, method = 'GET') => service.call(method, file, { token, headers });
    const whole = await get({});
    const tag = whole.headers.get('etag');
    const date = whole.headers.get('last-modified');
    assert.match(tag, /^"[^"]+"$/);
    assert.equal(whole.headers.get('x-content-type-options'), 'nosniff');
    assert.match(whole.headers.get('content-disposition'), /^inline; filename="/);
    assert.match(whole.headers.get('cache-control'), /^private, max-age=\d+$/);
    assert.equal((await get({ 'If-None-Match': tag })).status, 304);
    assert.equal((await get({ 'If-Modified-Since': date })).status, 304);
    assert.equal((await get({ 'If-None-Match': '"other"', 'If-Modified-Since': date })).status, 200);

    const head = await get({}, 'HEAD');
    assert.equal(head.status, 200);
    assert.equal(Number(head.headers.get('content-length')), whole.bytes.length);
    assert.equal(head.bytes.length, 0);

    const middle = await get({ Range: 'bytes=100000-499999', 'If-Range': tag });
    assert.equal(middle.status, 206);
    assert.equal(middle.headers.get('content-range'), `bytes 100000-499999/${whole.bytes.length}`);
    assert.ok(middle.bytes.equals(whole.bytes.subarray(100000, 500000)));
    const end = await get({ Range: 'bytes=-10', 'If-Range': date });
    assert.ok(end.bytes.equals(whole.bytes.subarray(-10)));
    assert.equal((await get({ Range: 'bytes=0-9', 'If-Range': '"other"' })).status, 200);
    const beyond = await get({ Range: `bytes=${whole.bytes.length}-` });
    assert.equal(beyond.status, 416);
    assert.equal(beyond.headers.get('content-range'), `bytes */${whole.bytes.length}`);

    // A restart keeps the copies.
    await service.stop();
    await service.start();
    assert.ok((await get({})).bytes.equals(whole.bytes));
    assert.equal(await service.metric('atelier_image_variants_total', 'result="made"'), 0);
    assert.ok(await service.metric('atelier_image_cache_bytes') >= whole.bytes.length);
  });
});

test('a signed address needs no token, until it ends', async () => {
  await withService({}, async (service) => {
    const token = await service.newUser('ann@example.com');
    const photo = await service.upload(token, 'living_room.jpg', 'image/jpeg');
    const { json } = await service.call('GET', `/v1/images/${photo.id}`, { token });
    const open = await service.call('GET', json.url);
    assert.equal(open.status, 200);
    assert.ok(!tellsOfOwner(open.bytes));
    assert.match(open.headers.get('cache-control'), /^private, max-age=\d{4}, immutable$/);
    const thumbnail = await service.call('GET', json.thumbnail_url, { headers: { Accept: 'image/webp' } });
    assert.ok(isWebp(thumbnail.bytes));
    assert.equal((await service.call('HEAD', json.url)).status, 200);
    assert.equal((await service.call('GET', `${json.url}&original=true`)).status, 422, 'originals are for their owner');
    assert.equal((await service.call('GET', `/v1/images/${photo.id}`, { token })).json.url, json.url, 'it is stable');

    const url = new URL(json.url, service.http);
    const changed = (name, value) => {
      const other = new URL(url);
      other.searchParams.set(name, value);
      return other.href;
    };
    const expires = Number(url.searchParams.get('expires'));
    for (const bad of [
      changed('expires', expires + 3600),
      changed('signature', 'A'.repeat(43)),
      url.href.replace(`/files/${photo.id}?`, `/files/${photo.id + 1}?`),
      `${service.http}/files/${photo.id}`,
    ]) {
      const refused = await service.call('GET', bad);
      assert.equal(refused.status, 403, bad);
      assert.equal(refused.json.code, 'forbidden');
    }
    assert.ok(!service.log.includes(url.searchParams.get('signature')));
  });
});

test('an address that has ended is refused', async () => {
  const secret = 'a secret that Rails has, too';
  await withService({ SECRET_KEY_BASE: secret }, async (service) => {
    const token = await service.newUser('ann@example.com');
    const photo = await service.upload(token, 'plain.png', 'image/png');
    const hmac = (key, text) => createHmac('sha256', key).update(text).digest('base64');
    const key = hmac(secret, 'atelier image links 1');
    const at = (expires) => {
      const signature = hmac(key, `${photo.id} ${expires}`).replace(/=/g, '').replace(/\+/g, '-').replace(/\//g, '_');
      return service.call('GET', `/files/${photo.id}?expires=${expires}&signature=${signature}`);
    };
    const now = Math.floor(Date.now() / 1000);
    assert.equal((await at(now + 600)).status, 200);
    assert.equal((await at(now - 1)).status, 403);
  });
});

test('a bucket serves as well as a disk', async () => {
  const bucket = await new Bucket().start();
  try {
    await withService(bucket.settings(), async (service) => {
      const customer = await service.customer('ann@example.com', 5);
      const { token } = customer;
      const photo = await service.upload(token, 'sideways.jpg', 'image/jpeg');
      assert.equal(bucket.objects.size, 2);
      assert.ok(!existsSync(path.join(service.var, 'storage')) || readdirSync(path.join(service.var, 'storage')).length === 0);
      const file = `/v1/images/${photo.id}/file`;
      const clean = await service.call('GET', file, { token });
      assert.deepEqual(sizeOf(clean.bytes), [2400, 1800]);
      assert.ok(!tellsOfOwner(clean.bytes));
      const original = await service.call('GET', `${file}?original=true`, { token });
      assert.ok(original.bytes.equals(room('sideways.jpg')));
      const part = await service.call('GET', `${file}?original=true`, { token, headers: { Range: 'bytes=5-9' } });
      assert.ok(part.bytes.equals(room('sideways.jpg').subarray(5, 10)));
      const { json } = await service.call('GET', `/v1/images/${photo.id}`, { token });
      assert.equal((await service.call('GET', json.url)).status, 200);

      // From there through the engine, and back.
      const order = await service.call('POST', '/v1/generations', { token, body: { ...customer.body, input_image_id: photo.id } });
      assert.equal(order.status, 202);
      const generation = await service.finished(token, order.json.id);
      assert.equal(generation.status, 'succeeded');
      const output = await service.call('GET', `/v1/images/${generation.output_image_id}/file`, { token });
      assert.equal(output.status, 200);
      assert.equal(bucket.objects.size, 3);

      const audit = await service.run(['audit']);
      assert.equal(audit.code, 0, audit.out + audit.err);
      assert.equal((await service.run(['doctor'])).code, 0);
      assert.deepEqual(readdirSync(path.join(service.var, 'tmp')), []);

      // A file that is damaged there is noticed.
      const stored = [...bucket.objects].find(([, content]) => content.equals(output.bytes));
      bucket.objects.set(stored[0], Buffer.from('something else'));
      assert.notEqual((await service.run(['audit'])).code, 0);
    });
  } finally {
    await bucket.stop();
  }
});

test('clients may be sent to the bucket', async () => {
  const bucket = await new Bucket().start();
  try {
    await withService({ ...bucket.settings(), ATELIER_IMAGES_REDIRECT: 'true' }, async (service) => {
      const token = await service.newUser('ann@example.com');
      const photo = await service.upload(token, 'plain.png', 'image/png');
      const address = `${service.http}/v1/images/${photo.id}/file?original=true`;
      const sent = await fetch(address, { headers: { Authorization: `Bearer ${token}` }, redirect: 'manual' });
      assert.equal(sent.status, 302);
      assert.equal(sent.headers.get('cache-control'), 'no-store');
      const there = await service.call('GET', sent.headers.get('location'));
      assert.equal(there.headers.get('content-type'), 'image/png');
      assert.ok(there.bytes.equals(room('plain.png')));
      const clean = await service.call('GET', `/v1/images/${photo.id}/file`, { token });
      assert.equal(clean.status, 200, 'what the bucket does not have comes from here');
    });
  } finally {
    await bucket.stop();
  }
});
