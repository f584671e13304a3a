import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { userName } from '../../src/cli/user-name.ts';

test('a user goes by its name', () => {
  expect(userName()).toBe(userInfo().username);
});

// Only root may become somebody else.
test.runIf(process.getuid?.() === 0)(
  'a user without a name, as in a container, by its number',
  () => {
    const module = new URL('../../src/cli/user-name.ts', import.meta.url).href;
    const source = `process.setuid(54321);
const { userName } = await import(${JSON.stringify(module)});
console.log(userName());`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
      encoding: 'utf8',
    });
    expect(stdout).toBe('user 54321\n');
  },
);
