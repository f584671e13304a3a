// An actor that asks its port once when it starts, and then waits to be asked.
/** @type {import('signalbox/driver').Actor} */
export default {
  runtimes: ['inline', 'isolated'],
  async start({ id, settings, resources }) {
    await using hold = await resources.acquireSerialPort(String(settings['port']), 60_000);
    await hold.write(new TextEncoder().encode(`${id}?\n`));
    let answer = '';
    while (!answer.endsWith('\n')) answer += new TextDecoder().decode(await hold.read(256));
    return { call: () => answer };
  },
};
