// Wallets beside other writers: operators, command-line tools, and another application on the same database.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withService, together, until } from './support/service.mjs';

/** A customer with their id. */
async function customer(service, email, tokens) {
  const known = await service.customer(email, tokens);
  const { json: me } = await service.call('GET', '/v1/me', { token: known.token });
  return { ...known, id: me.id };
}

const spend = (service, { token, body }, key) => service.call('POST', '/v1/generations', {
  token, body, headers: key ? { 'Idempotency-Key': key } : {},
});
const balance = async (service, { token }) => (await service.call('GET', '/v1/wallet', { token })).json.balance;

function clean(service) {
  const audit = service.audit();
  assert.equal(audit.code, 0, audit.out + audit.err);
}

test('a repeated key gets its answer also when nothing is left to spend', async () => {
  await withService({}, async (service) => {
    const ann = await customer(service, 'ann@example.com', 1);
    const first = await spend(service, ann, 'last-one');
    assert.equal(first.status, 202, first.text);
    assert.equal((await spend(service, ann, 'another')).status, 402);
    const again = await spend(service, ann, 'last-one');
    assert.equal(again.status, 202, again.text);
    assert.equal(again.text, first.text);
    assert.equal(again.headers.get('idempotency-replayed'), 'true');
    const other = { ...ann, body: { ...ann.body, seed: 5 } };
    assert.equal((await spend(service, other, 'last-one')).status, 422);
    // Also after a crash.
    await service.kill();
    await service.start();
    assert.equal((await spend(service, ann, 'last-one')).text, first.text);
    clean(service);
  });
});

test('what others give and take is noticed', async () => {
  await withService({ ATELIER_WALLETS_FRESHNESS: '0ms' }, async (service) => {
    const ann = await customer(service, 'ann@example.com', 1);
    assert.equal(await balance(service, ann), 1);

    // An operator, through the service: repeated by mistake, given once.
    const grant = () => service.asOperator('POST', `/ops/users/${ann.id}/grants`, {
      body: { tokens: 5, valid_days: 10 }, headers: { 'Idempotency-Key': 'gift' },
    });
    const given = await grant();
    assert.equal(given.status, 201, given.text);
    assert.equal(given.json.balance, 6);
    assert.equal((await grant()).text, given.text);
    assert.equal(await balance(service, ann), 6);
    const nobody = await service.asOperator('POST', '/ops/users/999999/grants', { body: { tokens: 1 } });
    assert.equal(nobody.status, 404);

    // A command-line tool, beside the service.
    service.grant('ann@example.com', 3);
    assert.equal(await balance(service, ann), 9);

    // Another application takes everything: a spend notices by itself, whatever the wallet in memory says.
    await service.sql(`WITH gone AS (
        UPDATE token_purchases SET tokens_remaining = 0, updated_at = now() WHERE user_id = ${ann.id} AND tokens_remaining > 0
        RETURNING id, (SELECT tokens_remaining FROM token_purchases old WHERE old.id = token_purchases.id) AS had)
      INSERT INTO token_transactions (user_id, token_purchase_id, operation, amount, created_at, updated_at)
      SELECT ${ann.id}, id, 'spend', -had, now(), now() FROM gone`);
    assert.equal((await spend(service, ann)).status, 402);
    const { json } = await service.call('GET', '/v1/wallet', { token: ann.token });
    assert.equal(json.balance, 0);
    assert.equal(json.next_to_expire, null);
    clean(service);
  });
});

test('another application spends from the same lots at the same time', async () => {
  await withService({}, async (service) => {
    const tokens = 600;
    const ann = await customer(service, 'ann@example.com', tokens);
    // As an application with row locks does it, one token at a time, until there are none.
    const foreign = service.sql(`CREATE TEMP TABLE taken (n int); INSERT INTO taken VALUES (0);
      DO $$ DECLARE lot record; BEGIN
        FOR i IN 1..400 LOOP
          SELECT * INTO lot FROM token_purchases WHERE user_id = ${ann.id} AND tokens_remaining > 0
            ORDER BY expires_at, id LIMIT 1 FOR UPDATE;
          EXIT WHEN NOT FOUND;
          UPDATE token_purchases SET tokens_remaining = lot.tokens_remaining - 1, updated_at = now() WHERE id = lot.id;
          INSERT INTO token_transactions (user_id, token_purchase_id, operation, amount, created_at, updated_at)
            VALUES (${ann.id}, lot.id, 'spend', -1, now(), now());
          UPDATE taken SET n = n + 1;
          COMMIT;
          PERFORM pg_sleep(0.002);
        END LOOP;
      END $$; SELECT n FROM taken`);
    let accepted = 0;
    await together(16, async () => {
      for (let i = 0; i < 40; ++i) {
        const { status, text } = await spend(service, ann);
        assert.ok([202, 402, 409, 503].includes(status), text);
        if (status === 202) ++accepted;
      }
    });
    const taken = Number(await foreign);
    assert.ok(taken > 0 && accepted > 0, `${taken} and ${accepted}`);
    const [left, refunded] = (await service.sql(`SELECT
      (SELECT sum(tokens_remaining) FROM token_purchases WHERE user_id = ${ann.id}),
      (SELECT coalesce(sum(amount), 0) FROM token_transactions WHERE user_id = ${ann.id} AND operation = 'refund')`))
      .split('|').map(Number);
    assert.equal(left, tokens + refunded - taken - accepted);
    clean(service);
  });
});

test('idle wallets leave memory and come back as they were', async () => {
  await withService({ ATELIER_WALLETS_IDLE_TIMEOUT: '1s' }, async (service) => {
    const ann = await customer(service, 'ann@example.com', 3);
    assert.equal((await spend(service, ann)).status, 202);
    const live = () => service.metric('atelier_actors_live', 'kind="wallet"');
    await until('the wallet to leave memory', async () => await live() === 0, 60);
    assert.equal(await balance(service, ann), 2);
    assert.equal(await live(), 1);
    assert.equal((await spend(service, ann)).status, 202);
    assert.equal(await balance(service, ann), 1);
    clean(service);
  });
});
