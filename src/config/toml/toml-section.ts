import { parseDocument } from '@decimalturn/toml-patch';
import type { TomlDocument } from '@decimalturn/toml-patch';
import { valueAt } from '../store/table.ts';
import type { KeyPath, Table } from '../store/table.ts';

/** What of a parsed TOML text is used here. */
interface Node {
  readonly type: string;
  readonly loc: {
    readonly start: { readonly line: number; readonly column: number };
    readonly end: { readonly line: number; readonly column: number };
  };
  readonly key?: { readonly value?: KeyPath; readonly item?: { readonly value: KeyPath } };
  readonly items?: readonly Node[];
  readonly item?: Node;
  readonly value?: unknown;
  readonly raw?: string;
}

/** One `key = value` of a section. Places are characters from the begin of the section. */
export interface Row {
  readonly key: KeyPath;
  readonly value: unknown;
  readonly kind: 'scalar' | 'float' | 'inline';
  /** Where the line of the key begins, and where the line after the value does. */
  readonly lineStart: number;
  readonly lineEnd: number;
  readonly start: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/**
 * A piece of a TOML text: a `[header]` with the comments right above it and all up to the next such
 * piece. Each can be read alone, so that a change of one needs no look at the others.
 */
export interface Section {
  readonly text: string;
  /** Undefined for what stands before the first header. */
  readonly header: { readonly path: KeyPath; readonly isElement: boolean } | undefined;
  /** Where the line after the header begins. */
  readonly bodyStart: number;
  readonly rows: readonly Row[];
  readonly comments: readonly string[];
}

/** Cuts a text into sections. @throws what the parser throws */
export function sectionsOf(text: string): { sections: Section[]; value: Table } {
  const document = parseDocument(text);
  // A key that stands twice is found only when the tables are put together.
  const value = document.toJsObject as Table;
  return { sections: cut(text, document, value), value };
}

function cut(text: string, document: TomlDocument, value: Table): Section[] {
  const nodes = Array.from(document.cst as Iterable<Node>);
  const lines = lineStarts(text);
  const comments = commentLines(nodes);
  const heads = nodes.filter(isHead);
  const starts = heads.map((head) => {
    let { line } = head.loc.start;
    while (comments.has(line - 1)) line -= 1;
    return lines[line - 1] ?? 0;
  });
  const places = locations(
    heads.map((head) => ({
      path: head.key?.item?.value ?? [],
      isElement: head.type === 'TableArray',
    })),
  );
  const root = text.slice(0, starts[0] ?? text.length);
  const rootNodes = nodes.filter((node) => node.type === 'KeyValue');
  const all = nodes.flatMap(commentsIn);
  const sections = [section(root, undefined, rootNodes, value, { lines, base: 0 })];
  for (const [index, head] of heads.entries()) {
    const from = starts[index] ?? 0;
    const place = places[index] ?? [];
    const inside = valueAt(value, place) as Table;
    sections.push(
      section(text.slice(from, starts[index + 1] ?? text.length), head, head.items ?? [], inside, {
        lines,
        base: from,
      }),
    );
  }
  return withComments(sections, all, lines);
}

interface Place {
  readonly raw: string;
  readonly line: number;
  readonly column: number;
}

function withComments(
  sections: readonly Section[],
  comments: readonly Place[],
  lines: readonly number[],
): Section[] {
  let from = 0;
  return sections.map((each) => {
    const to = from + each.text.length;
    const mine = comments
      .filter(({ line, column }) => {
        const at = (lines[line - 1] ?? 0) + column;
        return at >= from && at < to;
      })
      .map(({ raw }) => raw);
    from = to;
    return { ...each, comments: mine };
  });
}

function section(
  text: string,
  head: Node | undefined,
  nodes: readonly Node[],
  inside: Table,
  { lines, base }: { readonly lines: readonly number[]; readonly base: number },
): Section {
  const at = ({ line, column }: Node['loc']['start']): number =>
    (lines[line - 1] ?? 0) + column - base;
  const afterLine = (line: number): number =>
    Math.min(text.length, (lines[line] ?? Infinity) - base);
  const rows = nodes
    .filter((node) => node.type === 'KeyValue')
    .map((node): Row => {
      const value = node.value as Node;
      const key = node.key?.value ?? [];
      return {
        key,
        value: valueAt(inside, key),
        kind: kindOf(value.type),
        lineStart: (lines[node.loc.start.line - 1] ?? 0) - base,
        lineEnd: afterLine(value.loc.end.line),
        start: at(node.loc.start),
        valueStart: at(value.loc.start),
        valueEnd: at(value.loc.end),
      };
    });
  return {
    text,
    header:
      head === undefined
        ? undefined
        : { path: head.key?.item?.value ?? [], isElement: head.type === 'TableArray' },
    bodyStart: head === undefined ? 0 : afterLine((head.key as unknown as Node).loc.end.line),
    rows,
    comments: [],
  };
}

function kindOf(type: string): Row['kind'] {
  if (type === 'Float') return 'float';
  return type === 'InlineArray' || type === 'InlineTable' ? 'inline' : 'scalar';
}

function isHead({ type }: Node): boolean {
  return type === 'Table' || type === 'TableArray';
}

function commentsIn(node: Node): Place[] {
  if (node.type === 'Comment') return [{ raw: node.raw ?? '', ...node.loc.start }];
  const inner = [...(node.items ?? []), node.item, node.value];
  return inner.flatMap((each) => (isNode(each) ? commentsIn(each) : []));
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'loc' in value;
}

/** Lines that are a comment and nothing else. */
function commentLines(nodes: readonly Node[]): Set<number> {
  const taken = new Set<number>();
  const found = new Set<number>();
  const visit = (node: Node): void => {
    const { start, end } = isHead(node) ? (node.key as unknown as Node).loc : node.loc;
    if (node.type === 'Comment') found.add(start.line);
    else for (let { line } = start; line <= end.line; line += 1) taken.add(line);
    if (isHead(node)) for (const item of node.items ?? []) visit(item);
  };
  for (const node of nodes) visit(node);
  return found.difference(taken);
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Where what headers begin is: `[[list]]` with the number of the element, for each in turn. */
export function locations(
  headers: readonly { readonly path: KeyPath; readonly isElement: boolean }[],
): KeyPath[] {
  const counts = new Map<string, number>();
  return headers.map(({ path, isElement }) => {
    const full: string[] = [];
    for (const [index, part] of path.entries()) {
      full.push(part);
      const list = JSON.stringify(full);
      const count = counts.get(list) ?? 0;
      const isNew = isElement && index === path.length - 1;
      if (isNew) counts.set(list, count + 1);
      if (isNew || count > 0) full.push(String(isNew ? count : count - 1));
    }
    return full;
  });
}
