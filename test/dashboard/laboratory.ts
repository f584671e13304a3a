import { SignalboxClient } from '../../src/client/index.ts';
import { Browser } from '../support/browser.ts';
import { GatewayProcess } from '../support/gateway-process.ts';

/** A bus with two nodes, a multimeter, and a port whose device is not there. */
export const laboratory = `
[simulators.bus]
kind = "propar"
nodes = [{ address = 3, userTag = "three" }, { address = 5, userTag = "five" }]
[simulators.meter]
kind = "multimeter"
[ports.bus]
simulator = "bus"
protocol = "propar"
[ports.meter]
simulator = "meter"
protocol = "lines"
[instruments.three]
port = "bus"
driver = "bronkhorst"
node = 3
[instruments.five]
port = "bus"
driver = "bronkhorst"
node = 5
[instruments.meter]
port = "meter"
driver = "scpi"
[instruments.meter.parameters]
voltage = { query = "READ?", unit = "V" }
`;

/** The same with one that cannot be opened. */
export const withAbsentPort = `${laboratory}
[ports.gone]
serial = "/dev/signalbox-no-such-device"
protocol = "lines"
`;

/** A gateway as a user starts it, programs that use it, and a browser. */
export class ShownLaboratory implements AsyncDisposable {
  readonly gateway: GatewayProcess;
  readonly browser: Browser = new Browser();

  private constructor(gateway: GatewayProcess) {
    this.gateway = gateway;
  }

  static async start(toml: string = laboratory): Promise<ShownLaboratory> {
    return new ShownLaboratory(await GatewayProcess.start(toml));
  }

  /** A program of its own, with the name that others see. */
  client(program: string): SignalboxClient {
    return new SignalboxClient({ url: this.gateway.url, program, pid: process.pid, user: 'ada' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser[Symbol.asyncDispose]();
    await this.gateway[Symbol.asyncDispose]();
  }
}

/** Whether a page has to be moved sideways to see all of it. */
export const isWider: string =
  'document.documentElement.scrollWidth > document.documentElement.clientWidth';
