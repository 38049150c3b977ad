// The database of a later version: going back works until a migration takes away what this version needs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withService } from './support/service.mjs';

const later = `
  ALTER TABLE users ADD COLUMN later text, ADD COLUMN counted integer NOT NULL DEFAULT 0;
  ALTER TABLE token_purchases ADD COLUMN later jsonb NOT NULL DEFAULT '{}';
  ALTER TABLE token_transactions ADD COLUMN later text;
  ALTER TABLE generations ADD COLUMN later text NOT NULL DEFAULT '';
  ALTER TABLE sessions ADD COLUMN later text;
  ALTER TABLE outbox ADD COLUMN later text;
  CREATE TABLE laters (id bigserial PRIMARY KEY, user_id bigint REFERENCES users (id));
  INSERT INTO schema_versions (version, name, checksum, oldest_program, applied_at) VALUES (9999, 'later', '', 0, now())`;

test('a version goes back to the database of a later one', async () => {
  await withService({}, async (service) => {
    const { token, body } = await service.customer('back@example.com', 5);
    await service.finished(token, (await service.call('POST', '/v1/generations', { token, body })).json.id);
    await service.sql(later);
    await service.stop();

    await service.start();
    const made = await service.call('POST', '/v1/generations', { token, body });
    assert.equal(made.status, 202, made.text);
    assert.equal((await service.finished(token, made.json.id)).status, 'succeeded');
    assert.equal(typeof (await service.newUser('new@example.com')), 'string');
    assert.equal(service.audit().code, 0);

    await service.sql('UPDATE schema_versions SET oldest_program = 9999 WHERE version = 9999');
    const audit = service.audit();
    assert.equal(audit.code, 1);
    assert.match(audit.err, /newer than this program: it has migration 9999 \(later\).*install a later version/);
    const refused = service.command(['migrate']);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /install a later version/);
  });
});
