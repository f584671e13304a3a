import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { GatewayProcess } from '../support/gateway-process.ts';

const example = fileURLToPath(new URL('../../examples/daq/', import.meta.url));

it('old and new drivers of the example measure on one line and one VISA instrument, and outlive a kill', async () => {
  const file = await readFile(`${example}lab.toml`, 'utf8');
  const toml = file
    .replaceAll('module = "', `module = "${example}`)
    .replace('socket = 5027', 'socket = 0');
  await using gateway = await GatewayProcess.start(toml);
  const client = new SignalboxClient({ url: gateway.url });
  const ready = async (): Promise<boolean> => (await client.readiness()).status === 'ready';
  await expect.poll(ready, { timeout: 30_000 }).toBe(true);
  const { subsystems } = await client.readiness();
  expect(Object.keys(subsystems)).toEqual([
    'runtime inline',
    'runtime isolated',
    'actor old-logger',
    'actor line-watch',
    'actor volt-watch',
  ]);
  expect((await client.status()).subsystems).toContainEqual({
    name: 'actor volt-watch',
    ready: true,
    state: 'running',
  });
  // Each actor is one owner, however often it holds the line.
  const owners = async (): Promise<readonly string[]> =>
    (await client.statistics('line')).owners.map(({ owner }) => owner.program).toSorted();
  await expect.poll(owners).toEqual(['line-watch', 'old-logger']);
  // Somebody at a door is one more in the line.
  expect((await client.read('meter', 'voltage')).value).toBeCloseTo(1.2345, 1);

  const children = await processesOf('volt-watch');
  expect(children).toHaveLength(1);
  process.kill(children[0] ?? 0, 'SIGKILL');
  await expect
    .poll(async () => await processesOf('volt-watch'), { timeout: 30_000 })
    .not.toEqual(children);
  await expect.poll(ready, { timeout: 30_000 }).toBe(true);

  // However the gateway ends, its actors end with it.
  process.kill(gateway.pid, 'SIGKILL');
  const left = async (): Promise<readonly number[]> =>
    (await Promise.all([processesOf('volt-watch'), processesOf('line-watch')])).flat();
  await expect.poll(left, { timeout: 30_000 }).toEqual([]);
}, 120_000);

/** The processes of an actor: their command lines have its id and its module. */
async function processesOf(id: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
      const isActor = words[0] === process.execPath && words.some((word) => word.includes(example));
      return isActor && words.some((word) => word.includes(`"id":"${id}"`)) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}
