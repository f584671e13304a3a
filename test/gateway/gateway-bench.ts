import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignalboxClient } from '../../src/client/index.ts';
import { parseConfig } from '../../src/config/index.ts';
import { Gateway } from '../../src/gateway/index.ts';

/** A gateway in this process, with folders and a TCP port of its own. */
export class GatewayBench implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'signalbox-gateway-'));
  readonly gateway: Gateway;

  /** @param toml its configuration; FOLDER in it is its own folder */
  constructor(toml: string) {
    const own = `gateway.stateFolder = "FOLDER/state"\ngateway.runtimeFolder = "FOLDER/run"\nhttp.port = 0\n`;
    const text = `${own}${toml}`.replaceAll('FOLDER', this.folder);
    this.gateway = new Gateway({ config: parseConfig(text, 'lab.toml') });
  }

  static async start(toml: string): Promise<GatewayBench> {
    const bench = new GatewayBench(toml);
    await bench.gateway.start();
    return bench;
  }

  /** Where a client finds a door. */
  address(name: string): string {
    const door = this.gateway.directory.doors.find((each) => each.name === name);
    if (door === undefined) throw new Error(`no door ${name}`);
    return door.status().address;
  }

  client(): SignalboxClient {
    return new SignalboxClient({ url: this.address('http'), program: 'test' });
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
