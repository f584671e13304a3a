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

/**
 * The line on which a value stands, or else the one of the innermost table around it that is in the
 * file.
 */
export function lineOf(document: TomlDocument, path: readonly PropertyKey[]): number {
  const finder = new LineFinder(path.map(String));
  finder.visit(Array.from(document.cst as Iterable<Located>), []);
  return finder.line;
}

class LineFinder {
  line = 1;
  readonly #wanted: readonly string[];
  /** How many elements each `[[list]]` has had so far. */
  readonly #elements = new Map<string, number>();
  #depth = 0;

  constructor(wanted: readonly string[]) {
    this.#wanted = wanted;
  }

  visit(nodes: readonly Located[], prefix: readonly string[]): void {
    for (const node of nodes) {
      const inner = node.type === 'InlineItem' && node.item !== undefined ? node.item : node;
      const key = inner.key?.value ?? inner.key?.item?.value;
      if (key === undefined) continue;
      const isElement = inner.type === 'TableArray';
      // Only the head of a table has the whole path; what is in it goes on from there.
      const full = prefix.length === 0 ? this.#indexed(key, isElement) : [...prefix, ...key];
      if (!this.#look(inner, full)) continue;
      this.visit(inner.items ?? [], full);
      if (isLocated(inner.value)) this.#visitValue(inner.value, full);
    }
  }

  #visitValue(value: Located, at: readonly string[]): void {
    if (value.type !== 'InlineArray') {
      this.visit(value.items ?? [], at);
      return;
    }
    for (const [index, { item }] of (value.items ?? []).entries()) {
      const full = [...at, String(index)];
      if (item !== undefined && this.#look(item, full)) this.#visitValue(item, full);
    }
  }

  /** Whether the path goes through here; the innermost such place is the line. */
  #look(node: Located, full: readonly string[]): boolean {
    const depth = Math.min(full.length, this.#wanted.length);
    if (full.slice(0, depth).some((part, index) => part !== this.#wanted[index])) return false;
    if (depth > this.#depth) {
      this.#depth = depth;
      this.line = node.loc?.start.line ?? this.line;
    }
    return true;
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

function isLocated(value: unknown): value is Located {
  return typeof value === 'object' && value !== null && 'type' in value;
}
