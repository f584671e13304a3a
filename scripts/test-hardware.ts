// `npm run test:hardware`: the loop-back test of the computed board, on a real one whose out1 is wired to
// its in1. SIGNALBOX_RED_PITAYA is its name or address; SIGNALBOX_RED_PITAYA_WAY is `pyrpl` (the default)
// or `scpi`; SIGNALBOX_PYTHON is the Python that has PyRPL.
import { Instrument, RedPitayaDriver, RedPitayaManager } from '../src/instruments/index.ts';
import { tcpLinkFactory } from '../src/links/index.ts';
import { Port } from '../src/ports/index.ts';
import { checkLoopBack, real, throughPyrpl, throughScpi } from '../test/hardware/loop-back.ts';

const scpiPort = 5_000;
const hostname = process.env['SIGNALBOX_RED_PITAYA'] ?? '';
const way = process.env['SIGNALBOX_RED_PITAYA_WAY'] ?? 'pyrpl';

if (hostname === '') {
  console.log('No board: SIGNALBOX_RED_PITAYA names none, so nothing was tested on hardware.');
} else if (way !== 'pyrpl' && way !== 'scpi') {
  console.log(`SIGNALBOX_RED_PITAYA_WAY is '${way}'; it is pyrpl or scpi.`);
  process.exitCode = 1;
} else {
  try {
    const lines = await (way === 'pyrpl' ? overPyrpl() : overScpi());
    for (const line of lines) console.log(`✓ ${line}`);
  } catch (error) {
    console.log(`✗ ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

async function overPyrpl(): Promise<readonly string[]> {
  const python = process.env['SIGNALBOX_PYTHON'] ?? 'python3';
  await using manager = new RedPitayaManager({ python });
  await manager.start({ hostname });
  return await checkLoopBack(throughPyrpl(manager), real);
}

async function overScpi(): Promise<readonly string[]> {
  const link = tcpLinkFactory({ host: hostname, port: scpiPort });
  await using port = new Port({ name: hostname, link, resynchronization: { kind: 'reconnect' } });
  port.open();
  const instrument = new Instrument({ name: hostname, driver: new RedPitayaDriver(), port });
  return await checkLoopBack(throughScpi(instrument), real);
}
