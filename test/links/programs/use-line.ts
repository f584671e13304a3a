// Opens a line with the options in its second argument, sends a byte, waits for one and closes the
// line; three times, as a port does whose link comes and goes.
import { serialLinkFactory } from '../../../src/links/index.ts';
import type { SerialLinkOptions } from '../../../src/links/index.ts';

const [path = '', options = '{}'] = process.argv.slice(2);
const { signal } = new AbortController();

for (let turn = 0; turn < 3; turn += 1) {
  const link = serialLinkFactory({
    ...(JSON.parse(options) as Partial<SerialLinkOptions>),
    path,
  }).create();
  await link.open(signal);
  await link.write(Buffer.from('?'), { end: true, signal });
  await link.read(signal);
  await link.close();
}
