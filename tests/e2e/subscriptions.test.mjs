// Subscriptions from outside: ordered, paid at the sandbox, renewed by it, changed, cancelled, given back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Service, together, until, withService } from './support/service.mjs';

const secret = 'cp_test_secret_0001';
const good = '4000 0000 0000 3055';
const fading = '4111 1111 1111 1111';
const [weekly, monthly, professional] = [0, 1, 2];

/** What a successful call of the gateway's API gives. */
async function api(service, call, body) {
  const json = await service.gateway(call, body);
  assert.equal(json.Success, true, json.Message);
  return json.Model;
}

async function pass(service, advance) {
  await service.call('POST', `${service.sandbox}/sandbox/clock`, { body: { advance } });
  await service.told();
}

/** A user with what they ask of the service. */
class Subscriber {
  constructor(service, token, plans) {
    Object.assign(this, { service, token, plans });
  }

  static async of(service, email) {
    const token = await service.newUser(email);
    const { json } = await service.call('GET', '/v1/subscription_plans');
    return new Subscriber(service, token, json.data);
  }

  ask(method, plan, more = {}, headers = {}) {
    const body = plan === undefined ? undefined : { subscription_plan_id: this.plans[plan].id, ...more };
    return this.service.call(method, '/v1/subscription', { token: this.token, body, headers });
  }

  async subscription() {
    return (await this.ask('GET')).json;
  }

  async balance() {
    return (await this.service.call('GET', '/v1/wallet', { token: this.token })).json.balance;
  }

  async atGateway() {
    const { json: me } = await this.service.call('GET', '/v1/me', { token: this.token });
    return api(this.service, '/subscriptions/find', { accountId: String(me.id) });
  }

  /** Orders a plan and pays it with a card. */
  async begin(plan, card = good) {
    const ordered = await this.ask('POST', plan);
    assert.equal(ordered.status, 201, ordered.text);
    const paid = await this.service.pay(ordered.json, card);
    assert.equal(paid.status, 'Completed');
    await this.service.told();
    return paid;
  }

  until(what, holds) {
    return until(what, async () => {
      const now = await this.subscription();
      return holds(now) && now;
    });
  }
}

const month = (text) => {
  const date = new Date(text);
  date.setUTCMonth(date.getUTCMonth() + 1);
  return date.toISOString();
};

function sound(service) {
  const { code, out } = service.audit();
  assert.equal(code, 0, out);
}

test('a subscription is paid once, renewed by the gateway, and cancelled', async () => {
  await withService({}, async (service) => {
    const ann = await Subscriber.of(service, 'ann@example.com');
    assert.equal((await ann.ask('GET')).status, 404);
    assert.equal((await ann.ask('DELETE')).status, 404);
    assert.equal((await ann.ask('PATCH', monthly)).status, 404);
    const plan = ann.plans[monthly];

    const unknown = await service.call('POST', '/v1/subscription', {
      token: ann.token, body: { subscription_plan_id: 999_999 },
    });
    assert.deepEqual([unknown.status, unknown.json.errors[0].field], [422, 'subscription_plan_id']);
    assert.equal((await ann.ask('POST', monthly, { saved_card: true })).json.errors[0].field, 'saved_card');

    const key = { 'Idempotency-Key': '"begin-1"' };
    const ordered = await ann.ask('POST', monthly, {}, key);
    assert.equal(ordered.status, 201, ordered.text);
    assert.equal(ordered.headers.get('location'), '/v1/subscription');
    const { order, checkout, subscription } = ordered.json;
    assert.equal(subscription.status, 'pending');
    assert.deepEqual([order.amount_cents, order.tokens_amount, order.kind], [plan.price_cents, plan.tokens_amount, 'first']);
    const { recurrent } = checkout.widget;
    assert.deepEqual([recurrent.interval, recurrent.period, recurrent.amount], ['Month', 1, plan.price_cents / 100]);
    const again = await ann.ask('POST', monthly, {}, key);
    assert.equal(again.headers.get('idempotency-replayed'), 'true');
    assert.equal(again.text, ordered.text);

    const declined = await service.pay(ordered.json, '4000 0566 5566 5556');
    assert.equal(declined.status, 'Declined');
    const paid = await service.pay(ordered.json, good);
    assert.equal(paid.status, 'Completed');
    await service.told();
    const active = await ann.subscription();
    assert.deepEqual([active.status, active.plan.id, active.card_saved], ['active', plan.id, true]);
    assert.equal(active.current_period_end, month(active.current_period_start));
    assert.equal(await ann.balance(), plan.tokens_amount);
    assert.equal((await ann.ask('POST', monthly)).status, 409);
    assert.notEqual((await service.pay(ordered.json, good)).status, 'Completed', 'an order is paid once');

    await pass(service, '32d');
    const renewed = await ann.subscription();
    assert.equal(renewed.current_period_start, active.current_period_end);
    assert.equal(await ann.balance(), 2 * plan.tokens_amount);
    const { json: journal } = await service.call('GET', '/v1/wallet/transactions', { token: ann.token });
    assert.deepEqual(journal.data.map(({ operation }) => operation), ['subscription', 'subscription']);

    const cancelled = await ann.ask('DELETE');
    assert.equal(cancelled.status, 200);
    assert.equal(cancelled.json.subscription.status, 'cancelled');
    assert.equal((await ann.ask('DELETE')).status, 200);
    await until('the gateway to hear of it', async () => (await ann.atGateway())[0].Status === 'Cancelled');
    await pass(service, '62d');
    assert.equal(await ann.balance(), 2 * plan.tokens_amount, 'what was paid stays, nothing follows');
    const kept = await ann.subscription();
    assert.deepEqual([kept.status, kept.current_period_end], ['cancelled', renewed.current_period_end]);
    assert.equal(await service.metric('atelier_payment_alarms_total'), 0);
    sound(service);
  });
});

test('an upgrade is charged at once, a downgrade waits for the next period', async () => {
  await withService({}, async (service) => {
    const bea = await Subscriber.of(service, 'bea@example.com');
    await bea.begin(monthly);
    const [small, big] = [bea.plans[monthly], bea.plans[professional]];

    const upgrade = await bea.ask('PATCH', professional);
    assert.equal(upgrade.status, 200, upgrade.text);
    assert.deepEqual([upgrade.json.order.saved_card, upgrade.json.checkout], [true, null]);
    const dearer = await bea.until('the upgrade', (now) => now.plan.id === big.id);
    assert.equal(dearer.status, 'active');
    // A few seconds of the month have gone by: they are not paid for, nor are their tokens.
    const { order } = upgrade.json;
    assert.ok(order.amount_cents <= big.price_cents - small.price_cents);
    assert.ok(order.amount_cents > 0.99 * (big.price_cents - small.price_cents));
    assert.equal(await bea.balance(), small.tokens_amount + order.tokens_amount);
    assert.ok(big.tokens_amount - small.tokens_amount - order.tokens_amount <= 1);
    const [charging] = await until('the new price at the gateway', async () => {
      const all = await bea.atGateway();
      return all[0].Amount === big.price_cents / 100 && all;
    });
    assert.equal((await bea.ask('PATCH', professional)).json.order, null, 'it is so already');

    const downgrade = await bea.ask('PATCH', weekly);
    assert.deepEqual([downgrade.status, downgrade.json.order], [200, null]);
    assert.equal(downgrade.json.subscription.scheduled_plan_id, bea.plans[weekly].id);
    assert.equal(downgrade.json.subscription.plan.id, big.id);
    await until('the next price at the gateway', async () => {
      const [there] = await bea.atGateway();
      return there.Amount === bea.plans[weekly].price_cents / 100 && there.Interval === 'Week';
    });
    assert.equal((await bea.ask('PATCH', professional)).json.subscription.scheduled_plan_id, null, 'taken back');
    await until('the old price at the gateway', async () => {
      const [there] = await bea.atGateway();
      return there.Amount === big.price_cents / 100 && there.Id === charging.Id;
    });
    const before = await bea.balance();
    await pass(service, '32d');
    assert.equal(await bea.balance(), before + big.tokens_amount);
    assert.equal(await service.metric('atelier_payment_alarms_total'), 0);
    sound(service);
  });
});

test('the saved card begins anew; a card that fails ends the subscription', async () => {
  await withService({}, async (service) => {
    const [cat, dan] = await Promise.all(['cat', 'dan'].map((name) => Subscriber.of(service, `${name}@example.com`)));
    await cat.begin(weekly);
    assert.equal((await cat.ask('DELETE')).status, 200);
    const anew = await cat.ask('POST', monthly, { saved_card: true });
    assert.equal(anew.status, 202, anew.text);
    assert.equal(anew.json.checkout, null);
    await cat.until('the card to be charged', ({ status, plan }) => status === 'active' && plan.id === cat.plans[monthly].id);
    assert.equal(await cat.balance(), cat.plans[weekly].tokens_amount + cat.plans[monthly].tokens_amount);
    await until('the gateway to charge for it alone', async () => {
      const all = await cat.atGateway();
      const going = all.filter(({ Status }) => Status === 'Active');
      return all.length === 2 && going.length === 1 && going[0].Amount === cat.plans[monthly].price_cents / 100;
    });

    await dan.begin(weekly, fading);
    assert.equal((await dan.ask('DELETE')).status, 200);
    const declined = await dan.ask('POST', weekly, { saved_card: true });
    assert.equal(declined.status, 202);
    // The card is asked once; then the payer may try another one.
    const paid = await until('another order', async () => {
      const ordered = await dan.ask('POST', weekly);
      return ordered.status === 201 && service.pay(ordered.json, good);
    });
    assert.equal(paid.status, 'Completed');
    await service.told();
    assert.equal((await dan.subscription()).status, 'active');
    assert.equal(await dan.balance(), 2 * dan.plans[weekly].tokens_amount);

    const dot = await Subscriber.of(service, 'dot@example.com');
    await dot.begin(weekly, fading);
    await pass(service, '20d');
    const rejected = await dot.until('the gateway to give up', ({ status }) => status === 'rejected');
    assert.equal(await dot.balance(), dot.plans[weekly].tokens_amount);
    assert.equal(rejected.card_saved, true);
    assert.equal((await dot.ask('PATCH', monthly)).status, 409);
    sound(service);
  });
});

test('what a charge bought goes back with its money', async () => {
  await withService({}, async (service) => {
    const eve = await Subscriber.of(service, 'eve@example.com');
    const paid = await eve.begin(monthly);
    const plan = eve.plans[monthly];
    await api(service, '/payments/refund', { TransactionId: paid.transaction_id, Amount: plan.price_cents / 200 });
    await until('half of the tokens to go', async () => (await eve.balance()) === plan.tokens_amount / 2);
    await api(service, '/payments/refund', { TransactionId: paid.transaction_id, Amount: plan.price_cents / 200 });
    await until('all of the tokens to go', async () => (await eve.balance()) === 0);
    assert.equal((await eve.subscription()).status, 'active');
    sound(service);
  });
});

test('lost, doubled, late and forged notifications, kills in between: each charge counts once', async () => {
  const settings = { ATELIER_PAYMENTS_API_SECRET: secret, ATELIER_SANDBOX_MINUTE: '20ms', ATELIER_SWEEPER_INTERVAL: '1s' };
  for (const kind of ['DUPLICATES', 'DELAYS', 'DROPS', 'FORGERIES']) settings[`ATELIER_SANDBOX_CHAOS_${kind}`] = '40';
  const service = new Service(settings);
  try {
    await service.start();
    const all = await together(6, (i) => Subscriber.of(service, `user${i}@example.com`));
    await Promise.all(all.map(async (each, i) => {
      const ordered = await each.ask('POST', i % 2 ? weekly : monthly);
      await service.pay(ordered.json, good);
    }));
    for (let round = 0; round < 3; ++round) {
      await service.call('POST', `${service.sandbox}/sandbox/clock`, { body: { advance: '8d' } });
      await service.kill();
      await service.start();
    }
    await service.told();
    for (const [i, each] of all.entries()) {
      const plan = each.plans[i % 2 ? weekly : monthly];
      const periods = i % 2 ? 4 : 1; // now, and after 7, 14 and 21 days of 24
      assert.equal(await each.balance(), periods * plan.tokens_amount, `user ${i}`);
      assert.equal((await each.subscription()).status, 'active');
    }
    sound(service);
    await service.stop();
  } catch (error) {
    error.message += `\n--- the service's log ---\n${service.log.slice(-4000)}`;
    throw error;
  } finally {
    service.child.kill('SIGKILL');
    service.remove();
  }
});

test('what no webhook told is found by comparing the books', async () => {
  await withService({ ATELIER_SANDBOX_CHAOS_DROPS: '100', ATELIER_SANDBOX_MINUTE: '1h' }, async (service) => {
    const fay = await Subscriber.of(service, 'fay@example.com');
    const ordered = await fay.ask('POST', monthly);
    assert.equal((await service.pay(ordered.json, good)).status, 'Completed');
    assert.equal(await fay.balance(), 0);
    const compare = async () => {
      const body = { day: new Date().toISOString().slice(0, 10) };
      assert.equal((await service.asOperator('POST', '/ops/reconciliations', { body })).status, 202);
    };
    await compare();
    await until('the missed payment', async () => (await fay.balance()) === fay.plans[monthly].tokens_amount);
    assert.equal((await fay.subscription()).status, 'active');
    await compare();
    await until('the books to agree', async () => {
      const { json } = await service.asOperator('GET', '/ops/reconciliations');
      return json.data[0]?.agreed === 1 && json.data[0].differences.length === 0;
    });
    assert.equal(await fay.balance(), fay.plans[monthly].tokens_amount);
    sound(service);
  });
});
