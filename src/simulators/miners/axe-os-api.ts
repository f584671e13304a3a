import { AxeOsSettings } from './axe-os-settings.ts';
import type { MinerState } from './miner-state.ts';

/** What a device answers over HTTP. */
export interface MinerAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** What happens when the answer is out. */
  readonly after?: 'restart';
}

const poolsMost = 8;
const since2_6 = new Set(['overclockEnabled', 'manualFanSpeed', 'minFanSpeed']);
const cores = { bitaxe: 2_040, 'bitaxe-old': 894 } as const;

/** The API of AxeOS 2.11, or of 2.6. Source: ESP-Miner, openapi.yaml. */
export class AxeOsApi {
  readonly #state: MinerState;
  readonly #isOld: boolean;
  readonly #settings: AxeOsSettings;
  #pools: Map<number, Readonly<Record<string, unknown>>> | undefined;

  constructor(state: MinerState) {
    this.#state = state;
    this.#isOld = state.kind === 'bitaxe-old';
    const hostname = `bitaxe-${state.number}`;
    this.#settings = new AxeOsSettings(
      this.#isOld ? { hostname, frequency: 485, coreVoltage: 1_200 } : { hostname },
    );
  }

  answer(method: string, path: string, body: string): MinerAnswer {
    switch (`${method} ${path}`) {
      case 'GET /':
        return page('<!doctype html><title>AxeOS</title><app-root></app-root>');
      case 'GET /api/system/info':
        return json(200, this.info());
      case 'GET /api/system/asic':
        return this.#isOld ? missing() : json(200, this.#asic());
      case 'PATCH /api/system':
        return this.#patch(body);
      case 'POST /api/system/restart':
        return {
          ...json(200, { message: 'System will restart shortly.' }),
          after: 'restart',
        };
      case 'POST /api/system/identify':
        return this.#isOld ? missing() : json(200, { message: 'The device says "Hi!".' });
      case 'POST /api/system/pause':
        return this.#isOld ? missing() : this.#setPaused(true);
      case 'POST /api/system/resume':
        return this.#isOld ? missing() : this.#setPaused(false);
      case 'POST /api/system/blockFound/dismiss':
        this.#state.isBlockNews = false;
        return this.#isOld ? missing() : json(200, { message: 'dismissed' });
      default:
        return this.#other(method, path, body);
    }
  }

  /** What it tells of itself. */
  info(): Record<string, unknown> {
    const state = this.#state;
    const { hashRate } = state;
    const common = {
      power: round(state.power),
      voltage: 5_150,
      current: round((state.power / 5.15) * 1_000),
      temp: round(state.temperature),
      vrTemp: round(state.temperature - 8),
      hashRate: round(hashRate),
      bestDiff: this.#isOld ? short(state.best) : state.best,
      bestSessionDiff: this.#isOld ? short(state.sessionBest) : state.sessionBest,
      isUsingFallbackStratum: 0,
      freeHeap: 8_200_000,
      coreVoltageActual: Number(this.#settings.get('coreVoltage')) - 8,
      ...this.#settings.told(),
      overheat_mode: state.isOverheated ? 1 : 0,
      macAddr: state.mac.replaceAll(/(..)(?=.)/g, '$1:').toUpperCase(),
      wifiStatus: 'Connected!',
      sharesAccepted: state.acceptedShares,
      sharesRejected: state.rejectedShares,
      uptimeSeconds: state.uptimeSeconds,
      smallCoreCount: this.#isOld ? cores['bitaxe-old'] : cores.bitaxe,
      ASICModel: state.nature.model,
      runningPartition: 'ota_0',
      fanspeed: state.fanPercent,
      fanrpm: state.fanPercent * 70,
    };
    if (this.#isOld) {
      const told = Object.entries(common).filter(([name]) => !since2_6.has(name));
      return {
        ...Object.fromEntries(told),
        asicCount: 1,
        stratumDiff: 1_000,
        version: 'v2.6.0',
        boardVersion: '204',
      };
    }
    return {
      ...common,
      temp2: -1,
      maxPower: 40,
      nominalVoltage: 5,
      hashRate_1m: round(hashRate * 0.99),
      hashRate_10m: round(hashRate * 0.98),
      hashRate_1h: round(hashRate * 0.98),
      expectedHashrate: round(state.expectedHashRate),
      errorPercentage: 0.4,
      poolDifficulty: 1_000,
      isPSRAMAvailable: 1,
      actualFrequency: state.frequency,
      ipv4: '127.0.0.1',
      wifiRSSI: -52,
      apEnabled: 0,
      sharesRejectedReasons: [],
      pools: this.#toldPools(),
      responseTime: 31.5,
      version: 'v2.11.0',
      axeOSVersion: 'v2.11.0',
      idfVersion: 'v5.5.1',
      boardVersion: '601',
      fan2rpm: 0,
      blockFound: state.blocksFound,
      blockHeight: 915_000,
      networkDifficulty: 155_970_000_000_000,
      miningPaused: state.isPaused,
    };
  }

  #asic(): object {
    return {
      ASICModel: this.#state.nature.model,
      deviceModel: 'Gamma',
      swarmColor: 'green',
      asicCount: 1,
      defaultFrequency: 525,
      frequencyOptions: [400, 490, 525, 550, 600, 625],
      defaultVoltage: 1_150,
      voltageOptions: [1_000, 1_060, 1_100, 1_150, 1_200, 1_250],
    };
  }

  #patch(text: string): MinerAnswer {
    const body = objectOf(text);
    if (body === undefined) return { status: 400, type: 'text/html', body: 'Invalid JSON' };
    if (!this.#settings.patch(body)) {
      return { status: 400, type: 'text/html', body: 'Wrong API input' };
    }
    this.#state.frequency = Number(this.#settings.get('frequency'));
    if (body['overheat_mode'] === 0) this.#state.isOverheated = false;
    return { status: 200, type: 'text/html', body: '' };
  }

  #setPaused(isPaused: boolean): MinerAnswer {
    this.#state.isPaused = isPaused;
    return json(200, { message: isPaused ? 'Mining paused' : 'Mining resumed' });
  }

  #other(method: string, path: string, text: string): MinerAnswer {
    const index = /^\/api\/system\/pools\/(\d+)$/.exec(path)?.[1];
    if (this.#isOld || index === undefined || Number(index) >= poolsMost) return missing();
    if (method !== 'PUT') return missing();
    const pool = objectOf(text);
    if (typeof pool?.['stratumURL'] !== 'string' || typeof pool['stratumPort'] !== 'number') {
      return { status: 400, type: 'text/html', body: 'Wrong API input' };
    }
    this.#pools ??= new Map();
    this.#pools.set(Number(index), pool);
    return { status: 200, type: 'text/html', body: '' };
  }

  #toldPools(): object[] {
    const first = {
      id: 0,
      stratumURL: this.#settings.get('stratumURL'),
      stratumPort: this.#settings.get('stratumPort'),
      stratumUser: this.#settings.get('stratumUser'),
      stratumPassword: '*****',
    };
    const changed = Array.from(this.#pools ?? [], ([id, pool]) => ({
      ...pool,
      id,
      stratumPassword: '*****',
    }));
    return [first, ...changed].filter(
      ({ id }, index, all) => all.findLastIndex((other) => other.id === id) === index,
    );
  }
}

export function page(body: string): MinerAnswer {
  return { status: 200, type: 'text/html; charset=utf-8', body };
}

export function json(status: number, value: unknown): MinerAnswer {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}

export function missing(): MinerAnswer {
  return json(404, { error: 'unknown route' });
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** As older firmware writes a difficulty: `1.29M`. */
function short(value: number): string {
  const steps = [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const;
  for (const [step, letter] of steps) {
    if (value >= step) return `${(value / step).toFixed(2)}${letter}`;
  }
  return String(value);
}
