import type { TomlDocument } from '@decimalturn/toml-patch';

/** The parts of a parsed TOML file that say where something is. */
interface Located {
  readonly type: string;
  readonly loc?: { readonly start: { readonly line: number } };
  readonly key?: {
    readonly value?: readonly string[];
    readonly item?: { readonly value: readonly string[] };
  };
  readonly items?: readonly Located[];
  readonly item?: Located;
  readonly value?: unknown;
}

/** On which lines the values of a file stand: looked at once, however many are asked for. */
export class Lines {
  /** By path: where the first node is that leads there or further. */
  readonly #lines = new Map<string, number>();
  /** How many elements each `[[list]]` has had so far. */
  readonly #elements = new Map<string, number>();

  constructor(document: TomlDocument) {
    this.#visit(Array.from(document.cst as Iterable<Located>), []);
  }

  /** The line of a value, or else the one of the innermost table around it that is in the file. */
  of(path: readonly PropertyKey[]): number {
    const wanted = path.map(String);
    for (let depth = wanted.length; depth > 0; depth -= 1) {
      const line = this.#lines.get(nameOf(wanted.slice(0, depth)));
      if (line !== undefined) return line;
    }
    return 1;
  }

  #visit(nodes: readonly Located[], prefix: readonly string[]): void {
    for (const node of nodes) {
      const inner = node.type === 'InlineItem' && node.item !== undefined ? node.item : node;
      const key = inner.key?.value ?? inner.key?.item?.value;
      if (key === undefined) continue;
      const isElement = inner.type === 'TableArray';
      // Only the head of a table has the whole path; what is in it goes on from there.
      const full = prefix.length === 0 ? this.#indexed(key, isElement) : [...prefix, ...key];
      this.#note(inner, full, prefix.length);
      this.#visit(inner.items ?? [], full);
      if (isLocated(inner.value)) this.#visitValue(inner.value, full);
    }
  }

  #visitValue(value: Located, at: readonly string[]): void {
    if (value.type !== 'InlineArray') {
      this.#visit(value.items ?? [], at);
      return;
    }
    for (const [index, { item }] of (value.items ?? []).entries()) {
      if (item === undefined) continue;
      const full = [...at, String(index)];
      this.#note(item, full, at.length);
      this.#visitValue(item, full);
    }
  }

  /** @param known so many parts at the begin are noted already */
  #note({ loc }: Located, full: readonly string[], known: number): void {
    if (loc === undefined) return;
    for (let depth = known + 1; depth <= full.length; depth += 1) {
      const name = nameOf(full.slice(0, depth));
      if (!this.#lines.has(name)) this.#lines.set(name, loc.start.line);
    }
  }

  /** Puts in which element of a `[[list]]` is meant: the last one there is. */
  #indexed(key: readonly string[], isElement: boolean): string[] {
    const full: string[] = [];
    for (const [index, part] of key.entries()) {
      full.push(part);
      const list = full.join('\n');
      const count = this.#elements.get(list) ?? 0;
      const isNew = isElement && index === key.length - 1;
      if (isNew) this.#elements.set(list, count + 1);
      if (isNew || count > 0) full.push(String(isNew ? count : count - 1));
    }
    return full;
  }
}

function nameOf(path: readonly string[]): string {
  return JSON.stringify(path);
}

function isLocated(value: unknown): value is Located {
  return typeof value === 'object' && value !== null && 'type' in value;
}
