import { SignalboxError } from '../../src/kernel/index.ts';
import type { AlarmPlayer, PlayerDevice, PlayerState } from '../../src/schedules/index.ts';

/** A player whose devices do what a test says, and that writes down what it was told. */
export class ScriptedPlayer implements AlarmPlayer {
  readonly told: string[] = [];
  /** Volumes by name of the device. */
  readonly volumes = new Map<string, number>();
  deviceNames: string[] = ['Bedroom', 'Kitchen'];
  active: string | undefined;
  isPlaying = false;
  context: string | undefined;
  /** Devices that take commands and do not play. */
  readonly mute = new Set<string>();
  /** Devices that do not let their volume be set. */
  readonly fixedVolume = new Set<string>();
  /** Thrown by the next calls of a kind: `playOn`, `state`. */
  readonly failures = new Map<string, Error[]>();
  /** Never answers while it is so. */
  isStuck = false;

  async prepare(): Promise<void> {
    await this.#begin('prepare');
  }

  async devices(): Promise<readonly PlayerDevice[]> {
    await this.#begin('devices');
    return this.deviceNames.map((name) => this.#device(name));
  }

  async playOn(device: string, uri: string, options: { shuffle: boolean }): Promise<void> {
    await this.#begin('playOn', `${device}${options.shuffle ? ' shuffled' : ''}`);
    this.active = this.#nameOf(device);
    this.context = uri;
    this.isPlaying = !this.mute.has(this.active);
  }

  async resume(): Promise<void> {
    await this.#begin('resume');
    this.isPlaying = true;
  }

  async setVolume(percent: number, device: string | undefined): Promise<void> {
    await this.#begin('setVolume', String(percent));
    const name = device === undefined ? this.active : this.#nameOf(device);
    if (name === undefined) throw new SignalboxError('NOT_FOUND', 'no device is active');
    if (this.fixedVolume.has(name)) {
      throw new SignalboxError('BAD_ARGUMENT', `${name} does not let its volume be set`);
    }
    this.volumes.set(name, percent);
  }

  async state(): Promise<PlayerState> {
    await this.#begin('state');
    const { active, isPlaying, context } = this;
    return {
      isPlaying,
      ...(active === undefined ? {} : { device: this.#device(active) }),
      ...(context === undefined ? {} : { context }),
    };
  }

  async pause(): Promise<void> {
    await this.#begin('pause');
    this.isPlaying = false;
  }

  #device(name: string): PlayerDevice {
    return {
      id: name.toLowerCase(),
      name,
      isActive: name === this.active,
      volume: this.volumes.get(name) ?? 50,
    };
  }

  #nameOf(device: string): string {
    const found = this.deviceNames.find((name) => name.toLowerCase() === device);
    if (found !== undefined) return found;
    throw new SignalboxError('NOT_FOUND', `device ${device} is gone`);
  }

  async #begin(call: string, detail?: string): Promise<void> {
    this.told.push(detail === undefined ? call : `${call} ${detail}`);
    const failure = this.failures.get(call)?.shift();
    if (failure !== undefined) throw failure;
    if (this.isStuck) await new Promise(() => {});
  }
}
