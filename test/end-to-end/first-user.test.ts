import { expect, it } from 'vitest';
import { CliBench, nowhere } from '../cli/cli-bench.ts';
import { laboratory } from '../cli/laboratory.ts';

it('a first user starts, looks, reads, sets, watches, locks, counts, reads the log, and stops', async () => {
  await using bench = await CliBench.open();
  await bench.write('lab.toml', `${laboratory}\n[http]\nport = 0\n`);

  const started = await bench.run(['start', '--detach']);
  expect(started).toMatchObject({ code: 0, errors: '' });
  expect(started.output).toMatch(/^bench runs in the background \(pid \d+\): http:\/\/127/);

  const status = await bench.run(['status']);
  expect(status).toMatchObject({ code: 0, errors: '' });
  expect(status.output).toMatch(/^bus +open +\S+simulator-bus +\d+ +(-|poller.*)$/m);
  expect(status.output).toMatch(/^nitrogen +bronkhorst +bus +node 3$/m);
  expect(status.output).toMatch(/^bus-1 +virtual-port +\S+\/bus-1 +port bus +-$/m);
  expect(status.output).toMatch(/^multimeter-socket +socket +TCPIP::127\.0\.0\.1::\d+::SOCKET/m);

  expect(await bench.run(['read', 'nitrogen', 'userTag', 'setpoint'])).toEqual({
    code: 0,
    output: 'nitrogen userTag: nitrogen\nnitrogen setpoint: 0\n',
    errors: '',
  });
  expect(await bench.run(['set', 'nitrogen', 'setpoint', '16000'])).toEqual({
    code: 0,
    output: 'nitrogen setpoint = 16000\n',
    errors: '',
  });
  expect(await bench.run(['query', 'multimeter', '*IDN?'])).toMatchObject({
    code: 0,
    output: 'SIGNALBOX,SIM34401,SIM001,1.0\n',
  });

  const watched = await bench.run(['watch', 'nitrogen.setpoint', '--every', '50', '--count', '3']);
  expect(watched).toMatchObject({ code: 0, errors: '' });
  expect(watched.output.trim().split('\n')).toHaveLength(3);
  expect(watched.output).toMatch(/^\d\d:\d\d:\d\d\.\d{3} nitrogen setpoint: 16000$/m);

  const locked = await bench.run(['lock', 'nitrogen', '--', 'sh', '-c', 'echo done; exit 7']);
  expect(locked).toMatchObject({ code: 7, output: 'done\n' });
  expect(locked.errors).toMatch(/^nitrogen is yours \(lease bus-\d+\)\n$/);

  const stats = await bench.run(['stats', 'bus']);
  expect(stats).toMatchObject({ code: 0, errors: '' });
  expect(stats.output).toMatch(/^port bus: \d+ operations, 100\.0 % good, 0 failed/);
  expect(stats.output).toMatch(/signalbox \(pid \d+, user \S+\) by http$/m);

  const logs = await bench.run(['logs']);
  expect(logs).toMatchObject({ code: 0, errors: '' });
  expect(logs.output).toMatch(/info +leases: signalbox .* holds node 3$/m);

  expect(await bench.run(['doctor'])).toMatchObject({ code: 0, errors: '' });
  expect(await bench.run(['stop'])).toMatchObject({ code: 0, errors: '' });
  const environment = nowhere;
  expect(await bench.run(['status'], { environment })).toMatchObject({ code: 6, output: '' });
  // What it logged can be read when it is gone.
  expect((await bench.run(['logs', '--name', 'bench', '-n', '1'])).output).toContain('stopped');
}, 120_000);
