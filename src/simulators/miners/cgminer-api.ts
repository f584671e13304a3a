import type { CgminerRequest } from '../../protocols/index.ts';
import type { MinerState } from './miner-state.ts';

/** What a miner replies, and what happens then. */
export interface RpcAnswer {
  readonly text: string;
  readonly after?: 'restart';
}

interface Pool {
  readonly url: string;
  readonly user: string;
  isEnabled: boolean;
}

const privilegedCommands = new Set([
  'switchpool',
  'enablepool',
  'disablepool',
  'removepool',
  'addpool',
  'ascset',
  'restart',
  'quit',
  'privileged',
]);

/** cgminer's RPC with a plain device, or as an Avalon has it. Source: cgminer, API-README, api.c. */
export class CgminerApi {
  readonly #state: MinerState;
  readonly #isPrivileged: boolean;
  readonly #isAvalon: boolean;
  #pools: Pool[] = [
    { url: 'stratum+tcp://public-pool.example:21496', user: 'bc1qsimulated.rig', isEnabled: true },
    { url: 'stratum+tcp://solo.example:3333', user: 'bc1qsimulated.rig', isEnabled: true },
  ];
  #active = 0;
  #workLevel = 1;
  #led = 0;
  #isOff = false;

  constructor(state: MinerState, isPrivileged: boolean) {
    this.#state = state;
    this.#isPrivileged = isPrivileged;
    this.#isAvalon = state.kind === 'avalon';
  }

  answer(request: CgminerRequest): RpcAnswer {
    const names = request.command.split('+');
    if (names.length === 1) return this.#one(request);
    // Reports alone can be joined.
    const parts = names.map((command) => {
      const text = privilegedCommands.has(command)
        ? failed(45, `Access denied to '${command}' command`)
        : this.#one({ command }).text;
      return `"${command}":[${text}]`;
    });
    return { text: `{${parts.join(',')},"id":1}` };
  }

  #one({ command, parameter = '' }: CgminerRequest): RpcAnswer {
    if (privilegedCommands.has(command) && !this.#isPrivileged) {
      return { text: failed(45, `Access denied to '${command}' command`) };
    }
    switch (command) {
      case 'restart':
        return { text: '{"STATUS":"RESTART"}', after: 'restart' };
      case 'quit':
        return { text: '{"STATUS":"BYE"}' };
      case 'ascset':
        return { text: this.#set(parameter) };
      case 'summary':
        return { text: told(11, 'Summary', 'SUMMARY', [this.#summary()]) };
      case 'devs':
        return { text: told(9, '1 ASC(s)', 'DEVS', [this.#device()]) };
      case 'version':
        return { text: told(22, 'CGMiner versions', 'VERSION', [this.#version()]) };
      case 'stats':
      case 'estats':
        return { text: told(70, 'CGMiner stats', 'STATS', this.#stats()) };
      case 'privileged':
        return { text: told(46, 'Privileged access OK', '', []) };
      default:
        return { text: this.#ofPools(command, parameter) };
    }
  }

  #ofPools(command: string, parameter: string): string {
    if (command === 'pools') {
      return told(
        7,
        `${this.#pools.length} Pool(s)`,
        'POOLS',
        this.#pools.map((pool, index) => this.#pool(pool, index)),
      );
    }
    if (command === 'addpool') {
      const [url = '', user = '', password] = parameter.split(/(?<!\\),/);
      if (password === undefined) return failed(52, `Invalid addpool details '${parameter}'`);
      this.#pools.push({ url, user, isEnabled: true });
      return told(55, `Added pool ${this.#pools.length - 1}: '${url}'`, '', []);
    }
    const actions = ['switchpool', 'enablepool', 'disablepool', 'removepool'];
    if (!actions.includes(command)) return failed(14, 'Invalid command');
    const index = Number(parameter);
    const pool = this.#pools[index];
    if (parameter === '') return failed(25, 'Missing pool id parameter');
    if (pool === undefined) return failed(26, `Invalid pool id ${parameter}`);
    switch (command) {
      case 'switchpool':
        this.#active = index;
        pool.isEnabled = true;
        return told(27, `Switching to pool ${index}: '${pool.url}'`, '', []);
      case 'enablepool':
        pool.isEnabled = true;
        return told(47, `Enabling pool ${index}: '${pool.url}'`, '', []);
      case 'disablepool':
        pool.isEnabled = false;
        return told(48, `Disabling pool ${index}: '${pool.url}'`, '', []);
      default:
        if (index === this.#active) return failed(67, `Cannot remove active pool ${index}`);
        this.#pools = this.#pools.filter((other) => other !== pool);
        if (index < this.#active) this.#active -= 1;
        return told(68, `Removed pool ${index}: '${pool.url}'`, '', []);
    }
  }

  #set(parameter: string): string {
    const level = /^0,worklevel,set,([012])$/.exec(parameter)?.[1];
    const led = /^0,led,1-([01])$/.exec(parameter)?.[1];
    const soft = /^0,(softon|softoff),1:\d+$/.exec(parameter)?.[1];
    if (!this.#isAvalon || (level ?? led ?? soft) === undefined) {
      return failed(120, `ASC 0 set failed: Unknown option: ${parameter}`);
    }
    if (level !== undefined) this.#workLevel = Number(level);
    if (led !== undefined) this.#led = Number(led);
    if (soft !== undefined) {
      this.#isOff = soft === 'softoff';
      this.#state.isPaused = this.#isOff;
    }
    return told(119, 'ASC 0 set OK', '', []);
  }

  #summary(): object {
    const state = this.#state;
    const megahashes = round(state.hashRate * 1_000);
    return {
      Elapsed: state.uptimeSeconds,
      'MHS av': round(state.expectedHashRate * 980),
      ...(this.#isAvalon ? { 'MHS 30s': megahashes } : { 'MHS 5s': megahashes }),
      'MHS 1m': megahashes,
      'MHS 5m': megahashes,
      'MHS 15m': megahashes,
      'Found Blocks': state.blocksFound,
      Getworks: 30,
      Accepted: state.acceptedShares,
      Rejected: state.rejectedShares,
      'Hardware Errors': 0,
      Utility: 9.61,
      Discarded: 0,
      Stale: 0,
      'Best Share': state.best,
      'Device Hardware%': 0.01,
      'Last getwork': 0,
    };
  }

  #device(): object {
    const state = this.#state;
    return {
      ASC: 0,
      Name: this.#isAvalon ? 'AVANANO' : 'SIM',
      ID: 0,
      Enabled: 'Y',
      Status: 'Alive',
      // An Avalon has no sensor where cgminer looks for one.
      Temperature: this.#isAvalon ? -273 : round(state.temperature),
      ...(this.#isAvalon
        ? {}
        : { 'Fan Speed': state.fanPercent * 60, 'Fan Percent': state.fanPercent }),
      'MHS av': round(state.expectedHashRate * 980),
      Accepted: state.acceptedShares,
      Rejected: state.rejectedShares,
    };
  }

  #version(): object {
    const { mac, nature } = this.#state;
    if (!this.#isAvalon) return { CGMiner: '4.12.1', API: '3.7' };
    return {
      CGMiner: '4.11.1',
      API: '3.7',
      PROD: nature.model,
      MODEL: 'Nano3s',
      HWTYPE: 'N_MM1v1_X1',
      SWTYPE: 'MM319',
      VERSION: '24102401_25462b2_9ddf522',
      DNA: `0201${mac}`,
      MAC: mac,
    };
  }

  #stats(): object[] {
    const state = this.#state;
    const pools = this.#pools.map((_pool, index) => ({
      STATS: index + 1,
      ID: `POOL${index}`,
      Elapsed: state.uptimeSeconds,
    }));
    if (!this.#isAvalon) return pools;
    const { temperature, power, fanPercent } = state;
    const packed = {
      Ver: 'Nano3s-24102401_25462b2_9ddf522',
      SYSTEMSTATU: 'Work: In Work, Hash Board: 1 ',
      Elapsed: state.uptimeSeconds,
      Temp: 31,
      TMax: Math.round(temperature + 6),
      TAvg: Math.round(temperature),
      Fan1: fanPercent * 45,
      FanR: `${fanPercent}%`,
      PS: `0 0 27409 4 0 3600 ${Math.round(power)}`,
      WALLPOWER: Math.round(power),
      GHSspd: state.hashRate.toFixed(2),
      GHSmm: state.expectedHashRate.toFixed(2),
      GHSavg: (state.expectedHashRate * 0.98).toFixed(2),
      Freq: '345.94',
      Led: this.#led,
      MGHS: state.hashRate.toFixed(2),
      PING: 131,
      SoftOFF: this.#isOff ? 1 : 0,
      MPO: 140,
      WORKMODE: 1,
      WORKLEVEL: this.#workLevel,
    };
    const text = Object.entries(packed).map(([key, value]) => `${key}[${value}]`);
    return [
      {
        STATS: 0,
        ID: 'AVANANO0',
        Elapsed: state.uptimeSeconds,
        'MM ID0': text.join(' '),
        'MM Count': 1,
      },
      ...pools,
    ];
  }

  #pool({ url, user, isEnabled }: Pool, index: number): object {
    return {
      POOL: index,
      URL: url,
      Status: isEnabled ? 'Alive' : 'Disabled',
      Priority: index,
      Quota: 1,
      User: user,
      Accepted: index === this.#active ? this.#state.acceptedShares : 0,
      Rejected: 0,
      'Stratum Active': index === this.#active,
      'Stratum Difficulty': index === this.#active ? 8_192 : 0,
      'Best Share': this.#state.best,
    };
  }
}

function head(letter: 'S' | 'E', code: number, message: string): string {
  return `"STATUS":[${JSON.stringify({
    STATUS: letter,
    When: 986,
    Code: code,
    Msg: message,
    Description: 'cgminer 4.11.1',
  })}]`;
}

function told(code: number, message: string, section: string, rows: readonly object[]): string {
  const body = section === '' ? '' : `,"${section}":${JSON.stringify(rows)}`;
  return `{${head('S', code, message)}${body},"id":1}`;
}

function failed(code: number, message: string): string {
  return `{${head('E', code, message)},"id":1}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
