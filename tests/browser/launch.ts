import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's Chromium, or the one that CHROMIUM names. */
export const BINARY = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Whether there is a Chromium here. */
export const hasChromium = existsSync(BINARY);

/** Starts Chromium without a window. */
export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: BINARY, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
