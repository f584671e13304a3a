import { SignalboxError } from '../../../kernel/index.ts';
import type { HttpRequest, HttpResponse } from '../../../links/index.ts';
import type { LinkAbilities } from '../../../ports/index.ts';
import { textOf } from '../miner/miner-table.ts';

/** What `/api/system/info` tells. Its fields differ from version to version: each is looked at by itself. */
export type AxeOsInfo = Readonly<Record<string, unknown>>;

/** What the device can be set to. Source: AxeOS, `/api/system/asic`, from 2.6 on. */
export interface AsicFacts {
  readonly model?: string;
  readonly device?: string;
  readonly count?: number;
  readonly frequencies: readonly number[];
  readonly voltages: readonly number[];
}

const decoder = new TextDecoder();

const paths = {
  info: '/api/system/info',
  asic: '/api/system/asic',
  system: '/api/system',
} as const;

/** The API of AxeOS, asked over a link in the course of one transaction. Source: ESP-Miner, openapi.yaml. */
export class AxeOs {
  readonly #link: LinkAbilities;
  readonly #signal: AbortSignal;

  constructor(link: LinkAbilities, signal: AbortSignal) {
    this.#link = link;
    this.#signal = signal;
  }

  /** @throws REPLY_MALFORMED for what is not the information of AxeOS; see {@link refusal} */
  async info(): Promise<AxeOsInfo> {
    const request: HttpRequest = { method: 'GET', path: paths.info };
    return infoOf(jsonOf(checked(request, await this.#ask(request)), paths.info));
  }

  /** @returns undefined where the firmware does not tell */
  async asic(): Promise<AsicFacts | undefined> {
    const request: HttpRequest = { method: 'GET', path: paths.asic };
    const response = await this.#ask(request);
    if (response.status === 404) return undefined;
    return asicOf(jsonOf(checked(request, response), paths.asic));
  }

  /** Sets what is named and leaves the rest. All of it or nothing is taken. */
  async patch(body: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#command({ method: 'PATCH', path: paths.system, body });
  }

  /** @param path below `/api/system/` */
  async post(path: string): Promise<void> {
    await this.#command({ method: 'POST', path: `${paths.system}/${path}` });
  }

  async setPool(index: number, pool: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#command({ method: 'PUT', path: `${paths.system}/pools/${index}`, body: pool });
  }

  /** Answers of commands have no body, or one that tells of a redirect: their status is all that counts. */
  async #command(request: HttpRequest): Promise<void> {
    checked(request, await this.#ask(request));
  }

  #ask(request: HttpRequest): Promise<HttpResponse> {
    return (
      this.#link.request?.(request, this.#signal) ??
      Promise.reject(
        new SignalboxError('INSTRUMENT_ERROR', 'the link of this miner leads to no web service'),
      )
    );
  }
}

function checked(request: HttpRequest, response: HttpResponse): HttpResponse {
  if (response.status >= 200 && response.status < 300) return response;
  throw refusal(request, response);
}

/** What an answer that is none comes to. */
function refusal({ method, path }: HttpRequest, { status, body }: HttpResponse): SignalboxError {
  const said = textOf(new TextDecoder().decode(body.subarray(0, 160)))?.trim() ?? '';
  const label = `${method} ${path}`;
  const details = { status };
  switch (status) {
    case 400:
      return new SignalboxError('BAD_ARGUMENT', `the miner does not take that: ${said}`, {
        details,
      });
    case 401:
      return new SignalboxError(
        'INSTRUMENT_ERROR',
        `the miner refuses ${label} (401): it talks only to machines of a private network`,
        {
          details,
          nextStep: 'Reach it from a machine with a private address, without a proxy in between.',
        },
      );
    case 404:
      return new SignalboxError('INSTRUMENT_ERROR', `the miner has no ${label} (404)`, {
        details,
        nextStep: 'Its firmware may be too old for that, or it is no AxeOS: `signalbox discover`.',
      });
    default:
      return new SignalboxError(
        'INSTRUMENT_ERROR',
        `the miner refused ${label}: ${status} ${said}`,
        { details: { ...details, transient: status >= 500 && method === 'GET' } },
      );
  }
}

function jsonOf({ body }: HttpResponse, path: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(decoder.decode(body));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Readonly<Record<string, unknown>>;
    }
  } catch {
    // Told below: half an answer, a page of something else.
  }
  throw new SignalboxError('REPLY_MALFORMED', `the miner's answer to GET ${path} is no object`);
}

/** @throws REPLY_MALFORMED for an object that is not what AxeOS tells of itself */
export function infoOf(value: Readonly<Record<string, unknown>>): AxeOsInfo {
  if (isAxeOs(value)) return value;
  throw new SignalboxError('REPLY_MALFORMED', `the answer to GET ${paths.info} is not AxeOS's`, {
    nextStep: 'Another device may be at this address: `signalbox discover` tells.',
  });
}

/** Whether it is what AxeOS, of whatever version, tells of itself. */
export function isAxeOs(value: Readonly<Record<string, unknown>>): boolean {
  return (
    typeof value['hashRate'] === 'number' &&
    ('ASICModel' in value || 'sharesAccepted' in value || 'axeOSVersion' in value)
  );
}

function asicOf(value: Readonly<Record<string, unknown>>): AsicFacts {
  const { ASICModel: model, deviceModel: device, asicCount: count } = value;
  return {
    ...(typeof model === 'string' ? { model } : {}),
    ...(typeof device === 'string' ? { device } : {}),
    ...(typeof count === 'number' ? { count } : {}),
    frequencies: numbersOf(value['frequencyOptions']),
    voltages: numbersOf(value['voltageOptions']),
  };
}

function numbersOf(value: unknown): number[] {
  if (!Array.isArray(value)) return [];
  return value.filter((each): each is number => typeof each === 'number');
}
