import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignalboxClient } from '../../src/client/index.ts';
import { openConfig, parseConfig } from '../../src/config/index.ts';
import type { Config, ConfigStore } from '../../src/config/index.ts';
import { Gateway } from '../../src/gateway/index.ts';

/** A gateway in this process, with folders and a TCP port of its own. */
export class GatewayBench implements AsyncDisposable {
  readonly folder: string;
  readonly gateway: Gateway;
  readonly #store: ConfigStore<Config> | undefined;

  /** @param toml its configuration; FOLDER in it is its own folder */
  constructor(toml: string, store?: ConfigStore<Config>, folder: string = newFolder()) {
    this.folder = folder;
    this.#store = store;
    const config = store?.value ?? parseConfig(withOwnFolders(toml, folder), 'lab.toml');
    this.gateway = new Gateway({ config, ...(store === undefined ? {} : { store }) });
  }

  static async start(toml: string): Promise<GatewayBench> {
    const bench = new GatewayBench(toml);
    await bench.gateway.start();
    return bench;
  }

  /** With a file that can be changed while it runs: `lab.toml` in its folder. */
  static async startFromFile(toml: string): Promise<GatewayBench> {
    const folder = newFolder();
    const file = join(folder, 'lab.toml');
    writeFileSync(file, withOwnFolders(toml, folder));
    const bench = new GatewayBench(toml, await openConfig(file), folder);
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
    await this.#store?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'signalbox-gateway-'));
}

function withOwnFolders(toml: string, folder: string): string {
  const own = `gateway.stateFolder = "FOLDER/state"\ngateway.runtimeFolder = "FOLDER/run"\nhttp.port = 0\n`;
  return `${own}${toml}`.replaceAll('FOLDER', folder);
}
