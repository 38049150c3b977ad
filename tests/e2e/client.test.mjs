// The TypeScript client, generated from the document of the API and compiled, does the main job.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { room, withService } from './support/service.mjs';

const { Atelier, Refusal, confirm, signUp } = await import(`${process.env.ATELIER_CLIENT}/atelier.js`);

test('a room is redesigned with the generated client', () => withService({}, async (service) => {
  const [email, password] = ['ann@example.com', 'correct horse battery'];
  await signUp(service.http, email, password);
  const early = await Atelier.signIn(service.http, email, password).catch((error) => error);
  assert.ok(early instanceof Refusal);
  assert.equal(early.problem.code, 'email_not_confirmed');
  await confirm(service.http, await service.mailedToken(email));
  const ann = await Atelier.signIn(service.http, email, password);
  service.grant(email, 2);

  const photo = await ann.upload(new Blob([room('plain.png')], { type: 'image/png' }), 'living_room');
  assert.equal(photo.room_type, 'living_room');
  const done = await ann.redesign(photo, 'Art Deco', 'my-first-room');
  assert.equal(done.status, 'succeeded');
  assert.equal((await ann.redesign(photo, 'Art Deco', 'my-first-room')).id, done.id);
  const picture = await ann.picture(done);
  assert.equal(picture.type, 'image/jpeg');
  assert.ok(picture.size > 1000);
  assert.equal(await ann.balance(), 1);

  const second = await ann.redesign(photo, 'Coastal', 'my-second-room');
  const all = [];
  for await (const { id } of ann.redesigns()) all.push(id);
  assert.deepEqual(all, [second.id, done.id]);
}));
