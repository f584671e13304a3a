import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const laboratory = 54_321;
const member = 54_322;

// Only root may become somebody else.
test.runIf(process.getuid?.() === 0)(
  'a file of root that a member of its group writes anew stays in the group',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-group-'));
    try {
      await chown(folder, member, member);
      const file = join(folder, 'lab.toml');
      await writeFile(file, '');
      await chown(file, 0, laboratory);
      await chmod(file, 0o660);
      const module = new URL('../../../src/config/store/node-file-system.ts', import.meta.url).href;
      const source = `process.setgroups([${laboratory}]);
process.setgid(${member});
process.setuid(${member});
const { nodeFileSystem } = await import(${JSON.stringify(module)});
const file = await nodeFileSystem.createFile(${JSON.stringify(join(folder, 'new'))}, 0o600);
await file.take(await nodeFileSystem.stat(${JSON.stringify(file)}));
await file.close();`;
      const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      const { uid, gid, mode } = await stat(join(folder, 'new'));
      expect({ uid, gid, mode: mode & 0o777 }).toEqual({
        uid: member,
        gid: laboratory,
        mode: 0o660,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
