import { expect, test } from 'vitest';
import { CliBench } from './cli-bench.ts';

const miner = `
[simulators.farm]
kind = "miners"
bitaxe = 1
firstAddress = "127.77.1.1"
httpPort = 8097
[ports.desk]
http = "http://127.77.1.1:8097"
protocol = "http"
[instruments.desk]
port = "desk"
driver = "bitaxe"
`;

test('an action of a driver is done as a function is called', async () => {
  await using bench = await CliBench.withGateway(miner);
  const { output } = await bench.run(['call', 'desk']);
  expect(output).toMatch(/^FUNCTION +ARGUMENTS +MEANING\n/);
  expect(output).toMatch(/\nidentify /);
  expect(output).toMatch(/\nsetPool +number url user password /);
  expect(await bench.run(['call', 'desk', 'identify'])).toMatchObject({
    code: 0,
    output: 'desk: identify is done\n',
  });
  const pool = ['number=2', 'url=stratum+tcp://127.0.0.1:3333', 'user=ada'];
  expect(await bench.run(['call', 'desk', 'setPool', ...pool])).toMatchObject({ code: 0 });
  const misspelt = await bench.run(['call', 'desk', 'identfy']);
  expect(misspelt.errors).toContain("desk has no action 'identfy'; did you mean identify?");
  const wrong = await bench.run(['call', 'desk', 'setPool', 'nummer=1']);
  expect(wrong.code).not.toBe(0);
  expect(wrong.errors).toContain('nummer');
});
