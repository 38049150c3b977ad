// Checks that http/openapi.json is laid out as always: what fits into 120 columns stands on one line, so that changes
// are seen where they are. `layout.mjs --write` lays it out.
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../../http/openapi.json', import.meta.url);
const columns = 120;

function onOneLine(value) {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`;
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${onOneLine(member)}`);
  return members.length ? `{ ${members.join(', ')} }` : '{}';
}

/** `before`: the columns that are taken on its first line. */
function laidOut(value, indent = '', before = 0) {
  const flat = onOneLine(value);
  const isShort = before + flat.length < columns; // with a comma
  if (isShort || value === null || typeof value !== 'object') return flat;
  const inner = `${indent}  `;
  const line = (name, member) => `${inner}${name}${laidOut(member, inner, inner.length + name.length)}`;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const lines = Array.isArray(value) ? value.map((member) => line('', member))
    : Object.entries(value).map(([name, member]) => line(`${JSON.stringify(name)}: `, member));
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}

const text = readFileSync(file, 'utf8');
const wanted = `${laidOut(JSON.parse(text))}\n`;
if (process.argv[2] === '--write') writeFileSync(file, wanted);
else if (text !== wanted) {
  console.error('http/openapi.json is laid out otherwise: node tests/e2e/layout.mjs --write');
  process.exitCode = 1;
}
