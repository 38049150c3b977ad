// Plays https://widget.cloudpayments.ru/bundles/cloudpayments.js: cp.CloudPayments().start(intentParams) opens the
// sandbox's checkout page over the shop's page and resolves with how it ended.
'use strict';
(() => {
  const origin = new URL(document.currentScript.src).origin;

  function frame(intent) {
    const made = document.createElement('iframe');
    made.title = 'Payment';
    made.allow = 'payment';
    made.src = `${origin}/checkout#${encodeURIComponent(JSON.stringify(intent))}`;
    Object.assign(made.style, {
      border: '0', borderRadius: '12px', width: 'min(28rem, 100%)', height: 'min(46rem, 100%)', background: '#fff',
    });
    return made;
  }

  function overlay(content) {
    const made = document.createElement('div');
    made.setAttribute('role', 'dialog');
    made.setAttribute('aria-label', 'Payment');
    Object.assign(made.style, {
      position: 'fixed', inset: '0', zIndex: '2147483647', background: 'rgba(0, 0, 0, .5)',
      display: 'flex', alignItems: 'center', justifyContent: 'center',
    });
    made.append(content);
    return made;
  }

  class CloudPayments {
    start(intentParams) {
      return new Promise((resolve) => {
        const page = frame(intentParams);
        const around = overlay(page);
        const listen = ({ source, origin: sender, data }) => {
          if (source !== page.contentWindow || sender !== origin || !data?.sandboxCheckout) return;
          window.removeEventListener('message', listen);
          around.remove();
          const result = data.sandboxCheckout;
          resolve(result);
          const next = { success: intentParams.successRedirectUrl, fail: intentParams.failRedirectUrl }[result.status];
          if (next) window.location.assign(next);
        };
        window.addEventListener('message', listen);
        document.body.append(around);
      });
    }
  }

  window.cp = Object.assign(window.cp ?? {}, { CloudPayments });
})();
