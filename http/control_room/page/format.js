// Numbers, times and money as people read them.

const plain = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const count = (n) => (Math.abs(n) < 100_000 ? plain.format(n) : compact.format(n));

export const many = (n, what) => `${count(n)} ${what}${n === 1 ? '' : 's'}`;

/** Something per second. */
export const rate = (n) => (n === 0 ? '0' : n < 0.1 ? '<0.1' : n < 10 ? n.toFixed(1) : count(Math.round(n)));

export function milliseconds(ms) {
  if (!ms) return '–';
  if (ms < 0.1) return `${(ms * 1000).toFixed(0)} µs`;
  if (ms < 10) return `${ms.toFixed(ms < 1 ? 2 : 1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return seconds(ms / 1000);
}

export function seconds(s) {
  if (s < 10) return `${Number(s.toFixed(1))} s`;
  if (s < 90) return `${Math.round(s)} s`;
  if (s < 5400) return `${Math.round(s / 60)} min`;
  if (s < 129_600) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86_400)} d`;
}

export function bytes(n) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  while (n >= 1024 && at < units.length - 1) { n /= 1024; at += 1; }
  return `${n < 10 && at > 0 ? n.toFixed(1) : Math.round(n)} ${units[at]}`;
}

export function money(cents, currency) {
  const whole = cents % 100 === 0;
  return new Intl.NumberFormat('en', { style: 'currency', currency: currency || 'RUB', currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: whole ? 0 : 2, maximumFractionDigits: 2 }).format(cents / 100);
}

export const ago = (iso, now = Date.now()) => `${seconds(Math.max(0, (now - Date.parse(iso)) / 1000))} ago`;
export const time = (iso) => (iso ? new Date(iso).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' }) : '–');
export const words = (name) => name.replaceAll('_', ' ');
