import { expect, test } from 'vitest';

import { bundleBytes } from './bundle-size.ts';

test('all of the dashboard together is under 150 kB as a browser loads it', async () => {
  const bytes = await bundleBytes();
  console.log(`the dashboard is ${(bytes / 1_000).toFixed(1)} kB compressed`);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(150_000);
});
