import type { Owner } from '../../../kernel/index.ts';

/** Who changed the settings of a module last, and how. */
export interface SettingsChange {
  /** `scope`, `asg0`, `pid2`, `iq1`. */
  readonly module: string;
  /** Absent where the program did not say who it is. */
  readonly by?: Owner;
  /** ms since 1970. */
  readonly atMs: number;
  readonly command: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Whether it was answered; what was not may have been done all the same. */
  readonly isCertain: boolean;
}

/** Settings that are changed by each command: those of one module, or of the one that it names. */
const changing: Readonly<Record<string, string>> = {
  scope_acquire: 'scope',
  scope_set_decimation: 'scope',
  scope_set_trigger: 'scope',
  pid_set_setpoint: 'pid',
  pid_configure: 'pid',
  asg_setup: 'asg',
  iq_setup: 'iq',
};

/** Remembers who changed each module last. As many as the board has modules. */
export class LastChanges {
  readonly #changes = new Map<string, SettingsChange>();

  /** Takes note of a command that was carried out; others than those that change something are none. */
  note(change: Omit<SettingsChange, 'module'>): void {
    const module = moduleOf(change.command, change.params);
    if (module !== undefined) this.#changes.set(module, { module, ...change });
  }

  /** All is as it was at the board's start. */
  clear(): void {
    this.#changes.clear();
  }

  of(module: string): SettingsChange | undefined {
    return this.#changes.get(module);
  }

  all(): readonly SettingsChange[] {
    return Array.from(this.#changes.values());
  }
}

function moduleOf(
  command: string,
  { channel }: Readonly<Record<string, unknown>>,
): string | undefined {
  const kind = Object.hasOwn(changing, command) ? changing[command] : undefined;
  if (kind === undefined || kind === 'scope') return kind;
  if (typeof channel !== 'number' && typeof channel !== 'string') return undefined;
  return `${kind}${String(channel).replace(kind, '')}`;
}
