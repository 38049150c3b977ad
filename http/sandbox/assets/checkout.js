// The checkout page: takes what is to be paid from the fragment of its address, where the widget put it, pays at the
// sandbox, and tells the page that opened the widget how it went.
'use strict';
(() => {
  const element = (id) => document.getElementById(id);
  const views = ['pay', 'acs', 'result'];
  const show = (view) => views.forEach((each) => { element(each).hidden = each !== view; });

  let intent = null;
  let outcome = { type: 'cancel', status: 'cancel' };
  let transaction = null;

  const close = () => window.parent.postMessage({ sandboxCheckout: outcome }, '*');

  async function send(path, body) {
    const response = await fetch(path, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail ?? answer.title);
    return answer;
  }

  function complain(text) {
    element('problem').textContent = text;
    element('problem').hidden = !text;
  }

  // A digit sum by Luhn (ISO/IEC 7812), so that a slip is seen before anything is sent.
  function plausible(number) {
    let sum = 0;
    [...number].reverse().forEach((digit, index) => {
      const value = Number(digit) * (index % 2 ? 2 : 1);
      sum += value > 9 ? value - 9 : value;
    });
    return /^\d{12,19}$/.test(number) && sum % 10 === 0;
  }

  function mistake() {
    if (!plausible(element('card').value.replaceAll(' ', ''))) return 'Check the number of the card.';
    const expiry = /^(\d\d)\s*\/?\s*(\d\d)$/.exec(element('expiry').value.trim());
    if (!expiry || Number(expiry[1]) < 1 || Number(expiry[1]) > 12) return 'Write the month as 12/39.';
    const now = new Date();
    const month = (2000 + Number(expiry[2])) * 12 + Number(expiry[1]) - 1;
    if (month < now.getFullYear() * 12 + now.getMonth()) return 'The card is no longer valid.';
    return /^\d{3,4}$/.test(element('cvv').value.trim()) ? '' : 'The CVV has three or four digits.';
  }

  function conclude(answer) {
    const paid = answer.status !== 'Declined';
    outcome = {
      type: 'payment',
      status: paid ? 'success' : 'fail',
      data: { transactionId: answer.transaction_id, ...(paid ? {} : { ReasonCode: answer.reason_code }) },
      ...(paid ? {} : { message: answer.message }),
    };
    element('verdict').textContent = paid ? 'Paid' : 'Not paid';
    element('message').textContent = answer.message;
    element('again').hidden = paid || intent.retryPayment === false;
    show('result');
    if (paid && intent.autoClose > 0) setTimeout(close, intent.autoClose * 1000);
  }

  function follow(answer) {
    transaction = answer.transaction_id;
    if (answer.status === 'AwaitingAuthentication') show('acs');
    else conclude(answer);
  }

  async function attempt(path, body) {
    const buttons = [...document.querySelectorAll('button')];
    buttons.forEach((button) => { button.disabled = true; });
    try {
      follow(await send(path, body));
    } catch (error) {
      complain(error.message);
      show('pay');
    } finally {
      buttons.forEach((button) => { button.disabled = false; });
    }
  }

  element('pay').addEventListener('submit', (event) => {
    event.preventDefault();
    complain(mistake());
    if (element('problem').hidden) attempt('/pay', { ...intent, card: element('card').value, three_d_secure: 'ask' });
  });
  const answer = (confirmed) => attempt('/pay/authentication', { transaction_id: transaction, confirmed });
  element('confirm').addEventListener('click', () => answer(true));
  element('reject').addEventListener('click', () => answer(false));
  element('again').addEventListener('click', () => { complain(''); show('pay'); });
  element('cancel').addEventListener('click', close);
  element('close').addEventListener('click', close);
  document.querySelectorAll('button.card').forEach((button) => button.addEventListener('click', () => {
    element('card').value = button.textContent;
    element('expiry').value ||= '12/39';
    element('cvv').value ||= '123';
  }));

  try {
    intent = JSON.parse(decodeURIComponent(location.hash.slice(1)));
    const amount = new Intl.NumberFormat('en', { style: 'currency', currency: intent.currency }).format(intent.amount);
    element('amount').textContent = amount;
    element('submit').textContent = `Pay ${amount}`;
    element('description').textContent = intent.description ?? '';
  } catch {
    complain('This page is opened by a shop, which says what is to be paid.');
    element('submit').disabled = true;
  }
})();
