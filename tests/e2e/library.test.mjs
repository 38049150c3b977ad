// What users keep: direct uploads in Active Storage's protocol, lists with filters, deletion.
import assert from 'node:assert/strict';
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Service, room, until } from './support/service.mjs';

// As a Rails application on the same database signs.
const secret = '0123456789abcdef'.repeat(8);
const key = pbkdf2Sync(secret, 'ActiveStorage', 1000, 64, 'sha256');
const mac = (text) => createHmac('sha1', key).update(text).digest('hex');
function railsSigned(data, pur, exp) {
  const text = Buffer.from(JSON.stringify({ _rails: { data, exp, pur } })).toString('base64');
  return `${text}--${mac(text)}`;
}
function read(message) {
  const [text, digest] = message.split('--');
  assert.equal(digest, mac(text));
  return JSON.parse(Buffer.from(text, 'base64'))._rails;
}

const photo = room('plain.png');
const md5 = (bytes) => createHash('md5').update(bytes).digest('base64');
const announced = (bytes, more = {}) => ({
  blob: { filename: 'plain.png', byte_size: bytes.length, checksum: md5(bytes), content_type: 'image/png', ...more },
});

const service = new Service({ ATELIER_IMAGES_SECRET_KEY_BASE: secret, ATELIER_SWEEPER_INTERVAL: '1s' });
let ann;
let bob;
before(async () => {
  await service.start();
  ann = await service.customer('ann@example.com', 20);
  bob = { token: await service.newUser('bob@example.com') };
});
after(async () => {
  await service.stop();
  service.remove();
});

const offer = (bytes, more, token = ann.token) =>
  service.call('POST', '/rails/active_storage/direct_uploads', { token, body: announced(bytes, more) });
const put = (to, bytes, headers) => service.call('PUT', to.url, { raw: bytes, headers: headers ?? to.headers });
const attach = (signed_id, token = ann.token) =>
  service.call('POST', '/v1/images', { token, body: { signed_id, room_type: 'kitchen' } });
const stored = (blob) => path.join(service.var, 'storage', blob.slice(0, 2), blob.slice(2, 4), blob);
const ids = ({ json }) => json.data.map((one) => one.id);

function check(answer, status, code, field) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json.code, code);
  if (field) assert.equal(answer.json.errors[0].field, field);
}

async function redesigned(input, style = ann.body.style_id) {
  const made = await service.call('POST', '/v1/generations', {
    token: ann.token, body: { input_image_id: input, style_id: style },
  });
  assert.equal(made.status, 202, made.text);
  return service.finished(ann.token, made.json.id);
}

test('a photo goes straight to the store, becomes an image, and is redesigned', async () => {
  const { status, json: blob } = await offer(photo, { metadata: { custom: { from: 'phone' } } });
  assert.equal(status, 200);
  assert.match(blob.key, /^[0-9a-z]{28}$/);
  assert.equal(blob.service_name, 'local');
  assert.deepEqual(blob.metadata, { custom: { from: 'phone' } });
  assert.deepEqual(read(blob.signed_id), { data: blob.id, pur: 'blob_id' });
  assert.deepEqual(blob.direct_upload.headers, { 'Content-Type': 'image/png' });
  assert.ok(blob.direct_upload.url.startsWith(`${service.http}/rails/active_storage/disk/`));
  check(await attach(blob.signed_id), 422, 'validation_failed', 'signed_id'); // nothing has come yet

  assert.equal((await put(blob.direct_upload, photo)).status, 204);
  assert.equal((await put(blob.direct_upload, photo)).status, 204);
  assert.ok(existsSync(stored(blob.key)));

  const image = await attach(blob.signed_id);
  assert.equal(image.status, 201, image.text);
  assert.equal(image.headers.get('location'), `/v1/images/${image.json.id}`);
  assert.equal(image.json.room_type, 'kitchen');
  assert.equal(image.json.signed_id, blob.signed_id);
  assert.ok(image.json.width > 0);
  const again = await attach(blob.signed_id);
  assert.equal(again.json.id, image.json.id);
  const file = await service.call('GET', `/v1/images/${image.json.id}/file?original=true`, { token: ann.token });
  assert.ok(file.bytes.equals(photo));
  assert.equal((await redesigned(image.json.id)).status, 'succeeded');

  // An id that Rails signed is as good as ours; somebody else's is nobody's.
  assert.equal((await attach(railsSigned(blob.id, 'blob_id', null))).json.id, image.json.id);
  check(await attach(blob.signed_id, bob.token), 422, 'validation_failed', 'signed_id');
});

test('a direct upload is what was announced, or nothing', async () => {
  check(await offer(photo, { byte_size: 2 ** 40 }), 422, 'validation_failed', 'byte_size');
  check(await offer(photo, { content_type: 'image/svg+xml' }), 422, 'validation_failed', 'content_type');
  check(await offer(photo, {}, 'nobody'), 401, 'unauthenticated');

  const { json: blob } = await offer(photo);
  const to = blob.direct_upload;
  const other = Buffer.from(photo);
  other[other.length - 1] ^= 1;
  check(await put(to, other), 422, 'validation_failed', 'checksum');
  check(await put(to, photo.subarray(1)), 422, 'validation_failed', 'Content-Length');
  check(await put(to, photo, { 'Content-Type': 'image/jpeg' }), 422, 'validation_failed', 'Content-Type');
  assert.ok(!existsSync(stored(blob.key)));

  // Tokens that are forged, too old, or for something else.
  const token = decodeURIComponent(to.url.slice(to.url.lastIndexOf('/') + 1));
  const { data } = read(token);
  const address = (text) => ({ ...to, url: `${service.http}/rails/active_storage/disk/${encodeURIComponent(text)}` });
  check(await put(address(`${token}0`), photo), 404, 'not_found');
  check(await put(address(railsSigned(data, 'blob_token', '2026-01-01T00:00:00.000Z')), photo), 404, 'not_found');
  check(await put(address(railsSigned(data, 'blob_key', '2999-01-01T00:00:00.000Z')), photo), 404, 'not_found');
  check(await put(address(railsSigned({ ...data, service_name: 'amazon' }, 'blob_token', null)), photo), 404, 'not_found');
  check(await put(address(railsSigned({ ...data, key: 'z'.repeat(28) }, 'blob_token', null)), photo), 404, 'not_found');
  assert.ok(!existsSync(stored(blob.key)));
  assert.equal((await put(address(railsSigned(data, 'blob_token', '2999-01-01T00:00:00.000Z')), photo)).status, 204);

  check(await attach(`${blob.signed_id}0`), 422, 'validation_failed', 'signed_id');
  check(await attach(token), 422, 'validation_failed', 'signed_id');
  check(await attach(railsSigned(987654321, 'blob_id', null)), 422, 'validation_failed', 'signed_id');
  check(await attach(blob.signed_id, bob.token), 422, 'validation_failed', 'signed_id');
  assert.equal((await attach(blob.signed_id)).status, 201);
  assert.deepEqual(readdirSync(path.join(service.var, 'tmp')), []);
});

test('what was uploaded is looked at, whatever it was announced as', async () => {
  const text = Buffer.from('<svg onload="alert(1)"/>');
  const { json: blob } = await offer(text);
  assert.equal((await put(blob.direct_upload, text)).status, 204);
  check(await attach(blob.signed_id), 415, 'unsupported_media_type');

  const { json: jpeg } = await offer(room('living_room.jpg'));
  assert.equal((await put(jpeg.direct_upload, room('living_room.jpg'))).status, 204);
  assert.equal((await attach(jpeg.signed_id)).json.content_type, 'image/jpeg');
});

test('lists are narrowed and their pages go on', async () => {
  const { token } = ann;
  const list = (query) => service.call('GET', query, { token });
  const { json: styles } = await list('/v1/styles');
  const bath = await service.call('POST', '/v1/images?room_type=bathroom', {
    token, raw: photo, headers: { 'Content-Type': 'image/png' },
  });
  const done = await redesigned(bath.json.id, styles.data[1].id);
  assert.deepEqual(ids(await list('/v1/images?room_type=bathroom&kind=input')), [bath.json.id]);
  assert.deepEqual(ids(await list('/v1/images?room_type=bathroom&kind=output')), [done.output_image_id]);
  assert.deepEqual(ids(await list(`/v1/generations?style_id=${styles.data[1].id}`)), [done.id]);
  assert.deepEqual(ids(await list('/v1/generations?room_type=bathroom&status=succeeded')), [done.id]);
  assert.deepEqual(ids(await list('/v1/generations?room_type=bathroom&status=failed')), []);
  assert.deepEqual(ids(await service.call('GET', '/v1/images', { token: bob.token })), []);

  const all = ids(await list('/v1/images?kind=input&limit=100'));
  const seen = [];
  for (let cursor = ''; cursor !== null;) {
    const page = await list(`/v1/images?kind=input&limit=2${cursor && `&cursor=${cursor}`}`);
    assert.equal(page.status, 200, page.text);
    seen.push(...ids(page));
    cursor = page.json.next_cursor;
    if (cursor) check(await list(`/v1/images?kind=output&cursor=${cursor}`), 422, 'validation_failed', 'cursor');
  }
  assert.deepEqual(seen, all);
  check(await list('/v1/generations?status=canceled'), 422, 'validation_failed', 'status');
  check(await list('/v1/generations?style_id=987654'), 422, 'validation_failed', 'style_id');
  check(await list('/v1/images?kind=photo'), 422, 'validation_failed', 'kind');
  check(await list('/v1/images?room_type=%2F'), 422, 'validation_failed', 'room_type');
});

test('what is deleted is gone from everywhere but the books', async () => {
  const { token } = ann;
  const remove = (what, by = token) => service.call('DELETE', what, { token: by });
  const image = await service.upload(token, 'plain.png', 'image/png');
  const done = await redesigned(image.id);
  const files = () => readdirSync(path.join(service.var, 'storage'), { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile()).length;
  const before = files();
  const journal = (await service.call('GET', '/v1/wallet/transactions?limit=100', { token })).text;

  check(await remove(`/v1/images/${image.id}`, bob.token), 404, 'not_found');
  check(await remove(`/v1/generations/${done.id}`, bob.token), 404, 'not_found');
  assert.equal((await remove(`/v1/generations/${done.id}`)).status, 204);
  assert.equal(files(), before - 1);
  for (const gone of [`/v1/generations/${done.id}`, `/v1/generations/${done.id}/events`,
    `/v1/images/${done.output_image_id}`, `/v1/images/${done.output_image_id}/file`])
    check(await service.call('GET', gone, { token }), 404, 'not_found');
  check(await remove(`/v1/generations/${done.id}`), 404, 'not_found');
  check(await service.call('POST', `/v1/generations/${done.id}/cancel`, { token }), 404, 'not_found');
  assert.ok(!ids(await service.call('GET', '/v1/generations?limit=100', { token })).includes(done.id));
  assert.equal((await service.call('GET', `/v1/images/${image.id}`, { token })).status, 200);

  assert.equal((await remove(`/v1/images/${image.id}`)).status, 204);
  assert.equal(files(), before - 2);
  check(await service.call('GET', `/v1/images/${image.id}/file`, { token }), 404, 'not_found');
  check(await remove(`/v1/images/${image.id}`), 404, 'not_found');
  check(await service.call('POST', '/v1/generations', {
    token, body: { input_image_id: image.id, style_id: ann.body.style_id },
  }), 422, 'validation_failed', 'input_image_id');
  assert.equal((await service.call('GET', '/v1/wallet/transactions?limit=100', { token })).text, journal);
  const audit = service.audit();
  assert.equal(audit.code, 0, audit.out);
});

test('what an unfinished generation needs stays, and deleting beside generating hurts nobody', async () => {
  const { token } = ann;
  const answers = [];
  for (let round = 0; round < 6; ++round) {
    const image = await service.upload(token, 'plain.png', 'image/png');
    const [made, removed] = await Promise.all([
      service.call('POST', '/v1/generations', { token, body: { input_image_id: image.id, style_id: ann.body.style_id } }),
      service.call('DELETE', `/v1/images/${image.id}`, { token }),
    ]);
    answers.push(`${made.status} ${removed.status}`);
    if (made.status !== 202) continue;
    const early = await service.call('DELETE', `/v1/generations/${made.json.id}`, { token });
    if (early.status !== 204) check(early, 409, 'state_conflict');
    if (early.status === 409) assert.equal((await service.finished(token, made.json.id)).status, 'succeeded');
  }
  // The generation first, which the photo then stays for (or is done with); or the deletion first.
  for (const answer of answers) assert.match(answer, /^(202 409|202 204|409 204|422 204)$/);
  const audit = service.audit();
  assert.equal(audit.code, 0, audit.out);
});

test('an upload that nobody attaches is swept away', async () => {
  const { json: blob } = await offer(photo);
  await put(blob.direct_upload, photo);
  assert.ok(existsSync(stored(blob.key)));
  await service.sql(`UPDATE direct_uploads SET expires_at = created_at WHERE blob_id = ${blob.id}`);
  await until('the upload to be swept away', () => !existsSync(stored(blob.key)));
  check(await put(blob.direct_upload, photo), 404, 'not_found');
  check(await attach(blob.signed_id), 422, 'validation_failed', 'signed_id');
});

test('what Rails has written is served, redesigned and deleted', async () => {
  const { token } = ann;
  const { json: me } = await service.call('GET', '/v1/me', { token });
  const blob = '0abc1def2ghi3jkl4mno5pqr6stu';
  mkdirSync(path.dirname(stored(blob)), { recursive: true });
  writeFileSync(stored(blob), photo);
  const [id, blobId] = (await service.sql(`
    WITH image AS (
      INSERT INTO images (user_id, kind, room_type, created_at, updated_at)
      VALUES (${me.id}, 'input', 'hall', now(), now()) RETURNING id),
    blob AS (
      INSERT INTO active_storage_blobs
        (key, filename, content_type, metadata, service_name, byte_size, checksum, created_at)
      VALUES ('${blob}', 'hall.png', 'image/png',
        '{"identified":true,"width":800,"height":600,"analyzed":true}', 'local', ${photo.length}, '${md5(photo)}', now())
      RETURNING id)
    INSERT INTO active_storage_attachments (name, record_type, record_id, blob_id, created_at)
    SELECT 'file', 'Image', image.id, blob.id, now() FROM image, blob RETURNING record_id, blob_id`)).split('|').map(Number);
  const { json: image } = await service.call('GET', `/v1/images/${id}`, { token });
  assert.deepEqual([image.width, image.height, image.room_type], [800, 600, 'hall']);
  assert.deepEqual(read(image.signed_id), { data: blobId, pur: 'blob_id' });
  assert.ok((await service.call('GET', `/v1/images/${id}/file?original=true`, { token })).bytes.equals(photo));
  assert.deepEqual(ids(await service.call('GET', '/v1/images?room_type=hall', { token })), [id]);
  assert.equal((await redesigned(id)).status, 'succeeded');
  assert.equal((await service.call('DELETE', `/v1/images/${id}`, { token })).status, 204);
  assert.ok(!existsSync(stored(blob)));
  const audit = service.audit();
  assert.equal(audit.code, 0, audit.out);
});
