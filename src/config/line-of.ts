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
  const wanted = path.map(String);
  let line = 1;
  let depth = 0;
  const visit = (nodes: readonly Located[], prefix: readonly string[]): void => {
    for (const node of nodes) {
      const inner = node.type === 'InlineItem' && node.item !== undefined ? node.item : node;
      const key = inner.key?.value ?? inner.key?.item?.value;
      if (key === undefined) continue;
      const full = [...prefix, ...key];
      const shared = full.findIndex((part, index) => part !== wanted[index]);
      if (shared !== -1) continue;
      if (full.length > depth) {
        depth = full.length;
        line = inner.loc?.start.line ?? line;
      }
      visit(inner.items ?? [], full);
      const { value } = inner;
      if (isLocated(value)) visit(value.items ?? [], full);
    }
  };
  visit(Array.from(document.cst as Iterable<Located>), []);
  return line;
}

function isLocated(value: unknown): value is Located {
  return typeof value === 'object' && value !== null && 'type' in value;
}
