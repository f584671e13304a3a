import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { GatewayBench } from './gateway-bench.ts';

/** A terminal whose settings its other side tells: pseudo-terminals keep all but bits and parity. */
const terminal = `
import fcntl, os, struct, sys, termios
TCGETS2 = 0x802c542a
master, slave = os.openpty()
print(os.ttyname(slave), flush=True)
for _ in sys.stdin:
    settings = fcntl.ioctl(slave, TCGETS2, bytes(44))
    iflag, _, cflag, _ = struct.unpack_from('IIII', settings)
    rate, = struct.unpack_from('I', settings, 40)
    print(rate, bool(cflag & termios.CSTOPB), bool(cflag & termios.CRTSCTS), bool(iflag & termios.IXON), flush=True)
`;

it.each([
  ['baudRate = 9600\nstopBits = 2\nflowControl = "rts-cts"', '9600 True True False'],
  ['baudRate = 115200\nflowControl = "xon-xoff"', '115200 False False True'],
  ['', '38400 False False False'],
])('a serial line is set as the file says: %j', async (settings, found) => {
  const child = spawn('/usr/bin/python3', ['-c', terminal], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const device = (await lines.next()).value as string;
  // By a name that stays, as `/dev/serial/by-id/` has them.
  await using bench = new GatewayBench(`
    [ports.line]
    serial = "FOLDER/usb-adapter"
    protocol = "lines"
    ${settings}
  `);
  symlinkSync(device, bench.file('usb-adapter'));
  await bench.gateway.start();
  await expect.poll(async () => (await bench.client().port('line')).state).toBe('open');
  child.stdin.write('tell\n');
  expect((await lines.next()).value).toBe(found);
  await bench.gateway.close();
  child.stdin.end();
  await once(child, 'exit');
});
