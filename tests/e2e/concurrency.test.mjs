// One wallet, many hands: nothing is spent twice and nothing is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withService, together } from './support/service.mjs';

test('64 clients post 50 generations each at a wallet of 1,000 tokens: exactly 1,000 are accepted', async () => {
  await withService({}, async (service) => {
    const { token, body } = await service.customer('rush@example.com', 1000);
    const answers = (await together(64, async () => {
      const mine = [];
      for (let i = 0; i < 50; ++i) {
        mine.push(await service.call('POST', '/v1/generations', { token, body }));
      }
      return mine;
    })).flat();
    const accepted = answers.filter(({ status }) => status === 202);
    const refused = answers.filter(({ status }) => status === 402);
    assert.equal(accepted.length, 1000);
    assert.equal(refused.length, 2200);
    assert.ok(refused.every(({ json }) => json.code === 'insufficient_tokens'));
    assert.equal(new Set(accepted.map(({ json }) => json.id)).size, 1000);
    // Each reply says what was left after it: every balance from 999 to 0 exactly once.
    const balances = accepted.map(({ json }) => json.balance).sort((a, b) => a - b);
    assert.deepEqual(balances, Array.from({ length: 1000 }, (_, index) => index));
    assert.equal((await service.call('GET', '/v1/wallet', { token })).json.balance, 0);
    const audit = service.audit();
    assert.equal(audit.code, 0, audit.out + audit.err);
  });
});

test('the same Idempotency-Key from many clients at once has one effect', async () => {
  await withService({}, async (service) => {
    const { token, body } = await service.customer('twins@example.com', 100);
    for (let round = 0; round < 10; ++round) {
      const headers = { 'Idempotency-Key': `round-${round}` };
      const answers = await together(16, () => service.call('POST', '/v1/generations', { token, body, headers }));
      const accepted = answers.filter(({ status }) => status === 202);
      assert.ok(accepted.length >= 1);
      assert.equal(new Set(accepted.map(({ text }) => text)).size, 1, 'all answers are the same bytes');
      assert.ok(answers.every(({ status }) => status === 202 || status === 409));
    }
    assert.equal((await service.call('GET', '/v1/wallet', { token })).json.balance, 90);
    const audit = service.audit();
    assert.equal(audit.code, 0, audit.out + audit.err);
  });
});
