import type {
  FunctionReport,
  InstrumentReport,
  ParameterReport,
  SignalboxClient,
} from '../../client/index.ts';
import { weekdayWords } from '../weekdays.ts';
import type { Candidate, Candidates } from './candidates.ts';

/** Where on a command line something is to be completed. */
export interface ArgumentPlace {
  /** With the one that it belongs to: `read`, `alarm stop`. */
  readonly command: string;
  /** As the command declares it: `instrument`. */
  readonly argument: string;
  /** The arguments before it. */
  readonly positionals: readonly string[];
  readonly current: string;
}

/** What has to be asked for: names of a gateway, files. */
export interface LiveNames {
  of(place: ArgumentPlace): Promise<Candidates>;
  /** @param name of the option, in camel case */
  ofOption(name: string): Promise<Candidates>;
}

/** What is asked when nobody may be kept waiting. */
export interface NameSources {
  /** Undefined when no gateway runs. */
  readonly client: () => Promise<SignalboxClient | undefined>;
  readonly gateways: () => Promise<readonly string[]>;
  readonly devices: () => Promise<readonly string[]>;
  readonly shells: readonly string[];
  readonly signal: AbortSignal;
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];
/** Commands whose names are those of alarms or jobs. */
const ofSchedules = /^(alarm|job) (?!add$)/;
/** Commands that take `INSTRUMENT.PARAMETER`. */
const ofWatched: ReadonlySet<string> = new Set(['watch', 'history', 'export']);
const fileOptions = ['write', 'file'];
const settingActions = [
  'get',
  'set',
  'unset',
  'edit',
  'history',
  'diff',
  'rollback',
  'restore',
  'check',
  'schema',
];

/** The names of what is there now. Silent when no gateway answers in time: then there are none. */
export class GatewayNames implements LiveNames {
  readonly #sources: NameSources;

  constructor(sources: NameSources) {
    this.#sources = sources;
  }

  async of(place: ArgumentPlace): Promise<Candidates> {
    try {
      return await this.#of(place);
    } catch {
      return [];
    }
  }

  async ofOption(name: string): Promise<Candidates> {
    if (fileOptions.includes(name)) return 'files';
    try {
      if (name === 'name') return plain(await this.#sources.gateways());
      if (name === 'break') return await this.#leases();
      if (name === 'player') return await this.#players();
      if (name === 'weekdays') return plain(weekdayWords);
      return [];
    } catch {
      return [];
    }
  }

  async #of({ command, argument, positionals, current }: ArgumentPlace): Promise<Candidates> {
    const [first = ''] = positionals;
    switch (argument) {
      case 'file':
      case 'command':
        return 'files';
      case 'words':
        return await this.#settings(positionals, current);
      case 'shell':
        return plain(this.#sources.shells);
      case 'level':
        return plain(logLevels);
      case 'action':
        return command === 'config' ? plain(settingActions) : [];
      case 'room':
        return await this.#rooms();
      case 'instrument':
        return await this.#instruments();
      case 'port':
        return await this.#ports();
      case 'player':
        return await this.#players();
      case 'name': {
        const kind = ofSchedules.exec(command)?.[1];
        if (kind !== undefined) return await this.#schedules(kind);
        if (command === 'alarm add') return [];
        return [...(await this.#instruments()), ...(await this.#ports())];
      }
      case 'way':
        return await this.#ways();
      case 'alert':
        return await this.#alerts();
      case 'places':
        return [...(await this.#ports()), ...plain(await this.#sources.devices())];
      case 'parameter':
        return await this.#parameters(first, 'write');
      case 'function':
        return await this.#functions(first);
      case 'arguments':
        return await this.#argumentsOf(first, positionals[1] ?? '');
      case 'parameters':
        return ofWatched.has(command)
          ? await this.#watchable(current)
          : await this.#parameters(first, 'read');
      default:
        return [];
    }
  }

  async #instruments(): Promise<Candidate[]> {
    const all = (await (await this.#client())?.instruments(this.#sources)) ?? [];
    return all.map(({ name, family, port }) => ({
      text: name,
      description: `${family} on ${port}`,
    }));
  }

  async #players(): Promise<Candidate[]> {
    const all = (await (await this.#client())?.instruments(this.#sources)) ?? [];
    const players = all.filter(({ family }) => family === 'spotify');
    return players.map(({ name, port }) => ({ text: name, description: `on ${port}` }));
  }

  async #schedules(kind: string): Promise<Candidate[]> {
    const all = (await (await this.#client())?.schedules.list(this.#sources)) ?? [];
    return all
      .filter((each) => each.kind === kind)
      .map(({ name, title, state }) => ({ text: name, description: `${title} (${state})` }));
  }

  async #alerts(): Promise<Candidate[]> {
    const found = await (await this.#client())?.alerts.list(this.#sources);
    return (found?.alerts ?? []).map(({ name, title, state }) => ({
      text: name,
      description: `${title} (${state})`,
    }));
  }

  async #ways(): Promise<Candidate[]> {
    const found = await (await this.#client())?.alerts.list(this.#sources);
    return (found?.ways ?? []).map(({ name, kind, address }) => ({
      text: name,
      description: `${kind} ${address}`,
    }));
  }

  async #ports(): Promise<Candidate[]> {
    const all = (await (await this.#client())?.ports(this.#sources)) ?? [];
    return all.map(({ name, address }) => ({ text: name, description: address }));
  }

  async #parameters(instrument: string, access: 'read' | 'write'): Promise<Candidate[]> {
    const all = (await (await this.#client())?.parameters(instrument, this.#sources)) ?? [];
    return all
      .filter((each) => each.access === 'read-write' || each.access === access)
      .map((each) => ({ text: each.name, description: described(each) }));
  }

  async #functions(instrument: string): Promise<Candidate[]> {
    const [functions, actions] = await Promise.all([
      this.#functionsOf(instrument),
      this.#actionsOf(instrument),
    ]);
    return [
      ...functions.map(({ name, doc = '' }) => ({ text: name, description: firstLine(doc) })),
      ...actions.map(({ name, title }) => ({ text: name, description: title })),
    ];
  }

  /** `NAME=`, as far as the worker describes what its functions take. */
  async #argumentsOf(instrument: string, method: string): Promise<Candidate[]> {
    const action = (await this.#actionsOf(instrument)).find(({ name }) => name === method);
    if (action !== undefined) {
      return action.arguments.map(({ name, title }) => ({ text: `${name}=`, description: title }));
    }
    const found = (await this.#functionsOf(instrument)).find(({ name }) => name === method);
    const names = Array.isArray(found?.parameters) ? (found.parameters as readonly unknown[]) : [];
    return names.flatMap((each) => {
      const { name } = (each ?? {}) as { readonly name?: unknown };
      return typeof name === 'string' ? [{ text: `${name}=`, description: '' }] : [];
    });
  }

  async #actionsOf(instrument: string): Promise<InstrumentReport['actions']> {
    return (await (await this.#client())?.instrument(instrument, this.#sources))?.actions ?? [];
  }

  async #functionsOf(instrument: string): Promise<readonly FunctionReport[]> {
    return (await (await this.#client())?.functions(instrument, this.#sources)) ?? [];
  }

  /** `INSTRUMENT.PARAMETER`: the instruments first, then what the one that is written has. */
  async #watchable(current: string): Promise<Candidate[]> {
    const dot = current.lastIndexOf('.');
    if (dot < 0) {
      return (await this.#instruments()).map((each) => ({ ...each, text: `${each.text}.` }));
    }
    const instrument = current.slice(0, dot);
    const all = await this.#parameters(instrument, 'read');
    return all.map((each) => ({ ...each, text: `${instrument}.${each.text}` }));
  }

  /** What an action of `config` takes: a way to a setting, part by part, or a revision. */
  async #settings(positionals: readonly string[], current: string): Promise<Candidates> {
    const [action = '', ...words] = positionals;
    if (action === 'check') return 'files';
    const client = await this.#client();
    if (client === undefined) return [];
    if (['rollback', 'diff', 'restore'].includes(action)) {
      const revisions = await client.settingsHistory({ ...this.#sources, limit: 20 });
      return revisions.map(({ revision, by, why = '' }) => ({
        text: String(revision),
        description: `${by} ${why}`,
      }));
    }
    if (!['get', 'set', 'unset'].includes(action) || words.length > 0) return [];
    const below = current.slice(0, Math.max(current.lastIndexOf('.'), 0));
    const keys = await client.settingsKeys(below, this.#sources);
    return keys.map(({ path, isTable }) => ({
      text: isTable ? `${path}.` : path,
      description: '',
    }));
  }

  async #leases(): Promise<Candidate[]> {
    const all = (await (await this.#client())?.leases(this.#sources)) ?? [];
    return all.map(({ id, owner }) => ({ text: id, description: owner.program }));
  }

  async #rooms(): Promise<Candidate[]> {
    const levels = (await (await this.#client())?.logLevels(this.#sources)) ?? {};
    const rooms = Object.entries(levels).map(([text, description]) => ({ text, description }));
    return rooms.length === 0 ? [] : [{ text: 'all', description: '' }, ...rooms];
  }

  async #client(): Promise<SignalboxClient | undefined> {
    return await this.#sources.client();
  }
}

function plain(texts: readonly string[]): Candidate[] {
  return texts.map((text) => ({ text, description: '' }));
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

function described({ title, unit }: ParameterReport): string {
  return unit === undefined ? title : `${title} (${unit})`;
}
