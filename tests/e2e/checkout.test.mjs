// A person buys tokens in a browser: the checkout page, the payment form of the sandbox, the bank's question.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withPage } from './support/browser.mjs';
import { withService } from './support/service.mjs';

async function order(service, token) {
  const { json: packages } = await service.call('GET', '/v1/token_packages');
  const [bought] = packages.data;
  const { json } = await service.call('POST', '/v1/payments', { token, body: { token_package_id: bought.id } });
  return { ...json, tokens: bought.tokens_amount };
}

/** An address of a page with a key that is not the page's. */
function withAnotherKey(address) {
  return address.replace(/key=(.)/, (_, first) => `key=${first === '_' ? '-' : '_'}`);
}

/** Pays in the form that the widget has opened; answers the bank if it asks. */
async function payWith(form, card, bank) {
  await form.locator('summary').click();
  await form.getByRole('button', { name: card }).click();
  await form.locator('#submit').click();
  if (bank) await form.locator(bank).click();
  await form.locator('#verdict').waitFor();
}

test('a person pays on the checkout page and sees the balance change without a reload', async () => {
  await withService({}, async (service) => {
    const token = await service.newUser('bea@example.com');
    const ordered = await order(service, token);
    await withPage(async (page) => {
      await page.goto(service.http + ordered.checkout.url);
      await page.locator('#balance', { hasText: /^0$/ }).waitFor();
      await page.evaluate(() => { window.notReloaded = true; });

      await page.locator('#pay').click();
      const form = page.frameLocator('iframe[title="Payment"]');
      await payWith(form, '4012 8888 8888 1881', '#confirm'); // the bank says yes, but there is no money
      assert.equal(await form.locator('#verdict').textContent(), 'Not paid');
      await form.locator('#again').click();
      await form.locator('summary').click(); // closes the list of cards again
      await payWith(form, '4242 4242 4242 4242', '#reject');
      assert.equal(await form.locator('#verdict').textContent(), 'Not paid');
      await form.locator('#again').click();
      await form.locator('summary').click();
      await payWith(form, '4242 4242 4242 4242', '#confirm');
      assert.equal(await form.locator('#verdict').textContent(), 'Paid');
      await form.locator('#close').click();

      await page.locator('#balance', { hasText: new RegExp(`^${ordered.tokens}$`) }).waitFor();
      await page.locator('#news', { hasText: 'Paid, thank you.' }).waitFor();
      assert.equal(await page.locator('#pay').isVisible(), false);
      assert.equal(await page.evaluate(() => window.notReloaded), true);
    });
    const { json: wallet } = await service.call('GET', '/v1/wallet', { token });
    assert.equal(wallet.balance, ordered.tokens);

    // The address of the page is its key.
    const address = service.http + ordered.checkout.url;
    assert.equal((await service.call('GET', withAnotherKey(address))).status, 404);
    assert.equal((await service.call('GET', address.replace(/\?.*/, ''))).status, 404);
  });
});

test('whoever gives up has not paid and can come back', async () => {
  await withService({}, async (service) => {
    const token = await service.newUser('gus@example.com');
    const ordered = await order(service, token);
    await withPage(async (page) => {
      await page.goto(service.http + ordered.checkout.url);
      await page.locator('#pay').click();
      await page.frameLocator('iframe[title="Payment"]').locator('#cancel').click();
      await page.locator('#news', { hasText: 'Nothing was paid.' }).waitFor();
      assert.equal(await page.locator('#pay').isEnabled(), true);
      await page.reload();
      await page.locator('#pay').click();
      await payWith(page.frameLocator('iframe[title="Payment"]'), '4111 1111 1111 1111');
      await page.frameLocator('iframe[title="Payment"]').locator('#close').click();
      await page.locator('#balance', { hasText: new RegExp(`^${ordered.tokens}$`) }).waitFor();
    });
  });
});

test('a subscription is paid on the same page', async () => {
  await withService({}, async (service) => {
    const token = await service.newUser('sue@example.com');
    const { json: plans } = await service.call('GET', '/v1/subscription_plans');
    const [plan] = plans.data;
    const { json: ordered } = await service.call('POST', '/v1/subscription', {
      token, body: { subscription_plan_id: plan.id },
    });
    const address = service.http + ordered.checkout.url;
    await withPage(async (page) => {
      await page.goto(address);
      await page.locator('#pay').click();
      await payWith(page.frameLocator('iframe[title="Payment"]'), '4111 1111 1111 1111');
      await page.frameLocator('iframe[title="Payment"]').locator('#close').click();
      await page.locator('#balance', { hasText: new RegExp(`^${plan.tokens_amount}$`) }).waitFor();
      await page.locator('#news', { hasText: 'Paid, thank you.' }).waitFor();
    });
    const { json: subscription } = await service.call('GET', '/v1/subscription', { token });
    assert.equal(subscription.status, 'active');
    const status = await service.call('GET', address.replace('?', '/status?'));
    assert.deepEqual(status.json, { status: 'paid', tokens_amount: plan.tokens_amount, balance: plan.tokens_amount });
    assert.equal((await service.call('GET', withAnotherKey(address))).status, 404);
  });
});
