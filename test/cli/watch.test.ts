import { describe, expect, it } from 'vitest';
import { CliBench } from './cli-bench.ts';
import { laboratory } from './laboratory.ts';

describe('watch', () => {
  it('says when the gateway goes, and goes on when it is there again', async () => {
    await using bench = await CliBench.withGateway(`${laboratory}\n[http]\nport = ${port()}\n`);
    await using watch = bench.begin(['watch', 'nitrogen.setpoint', '--every', '50ms']);
    await using machine = bench.begin(['watch', 'nitrogen.setpoint', '--every', '50ms', '--json']);
    await Promise.all([watch.says(/setpoint: 0/), machine.says(/"value":0/)]);
    watch.forget();
    machine.forget();
    await bench.restart();
    await Promise.all([
      watch.says(/trying again for 60 s\n[^]* is back\n/),
      machine.says(/"connection":"lost"[^]*"connection":"back"/),
    ]);
    watch.forget();
    await watch.says(/setpoint: 0/);
  });

  it('ends with Ctrl-C as 130 and with kill as 143, without a word', async () => {
    await using bench = await CliBench.withGateway(laboratory);
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const watch = bench.begin(['watch', 'nitrogen.setpoint', '--every', '50ms']);
      await watch.says(/setpoint/);
      watch.kill(signal);
      expect(await watch.end()).toMatchObject({ code, errors: '' });
    }
    const watch = bench.begin(['watch', 'nitrogen.setpoint', '--every', '50ms']);
    await watch.says(/setpoint/);
    watch.hangUp();
    expect(await watch.end()).toMatchObject({ code: 141, errors: '' });
  });

  it('tells of a value that cannot be read, and goes on with the others', async () => {
    await using bench = await CliBench.withGateway(
      laboratory
        .replace('node = 3', 'node = 9')
        .replace('socket = 0', 'socket = 0\ntimeoutMs = 900'),
    );
    const words = [
      'watch',
      'nitrogen.setpoint',
      'multimeter.voltage',
      '--every',
      '100ms',
      '--json',
    ];
    await using watch = bench.begin(words);
    await watch.says(/"parameter":"setpoint","error":\{"code":"INSTRUMENT_/);
    watch.forget();
    await watch.says(/"parameter":"voltage","value"/);
  });
});

/** One that is likely free, so that a gateway that is started again has the same. */
function port(): number {
  return 20_000 + Math.floor(Math.random() * 10_000);
}
