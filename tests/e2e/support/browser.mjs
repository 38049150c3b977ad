// A person's browser.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { patience } from './service.mjs';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** A browser with one page; what goes wrong in it, but for what is `expected`, fails the test. `more` are options of its context. */
export async function withPage(run, { expected = /^$/, ...more } = {}) {
  const profile = mkdtempSync(path.join(tmpdir(), 'atelier-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: program,
    viewport: { width: 390, height: 844 }, // a phone
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
    ...more,
  });
  context.setDefaultTimeout(15_000 * patience);
  const complaints = [];
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // Browsers ask every site for an icon.
    const icon = message.location().url.endsWith('/favicon.ico');
    if (message.type() === 'error' && !icon && !expected.test(message.text())) complaints.push(message.text());
  });
  try {
    await run(page);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
