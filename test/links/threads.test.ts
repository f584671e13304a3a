import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from '../support/gateway-process.ts';

const program = fileURLToPath(new URL('programs/lines-in-a-thread.ts', import.meta.url));

test('lines in a worker thread leave no descriptor behind and no warning', async () => {
  const { output, errors } = await run(process.execPath, [program]);
  expect(errors).toBe('');
  expect(JSON.parse(output)).toEqual([]);
});
