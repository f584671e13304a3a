import './virtual-rows.css';
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Properties<Row> {
  /** What it lists, for who cannot see it. */
  readonly label: string;
  /** Headings; the first one is that of each row's heading. */
  readonly columns: readonly ComponentChildren[];
  /** By which columns the rows are in order. */
  readonly sorts?: readonly ('ascending' | 'descending' | 'none')[];
  /** The class that says how wide its columns are. */
  readonly layout: string;
  /** CSS pixels of each row; on a phone rows are blocks of `narrowHeight`. */
  readonly rowHeight: number;
  /** @default three times `rowHeight` */
  readonly narrowHeight?: number;
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** The cells of a row. */
  readonly row: (row: Row) => readonly ComponentChildren[];
}

/** So many rows beyond what is seen are there already, for who scrolls or goes on by keyboard. */
const beyond = 8;
/** As in the styles. */
const narrow = '(max-width: 44rem)';

/**
 * A table of which only the rows in sight exist: thousands of rows cost what thirty do. The page
 * scrolls, not the table.
 */
export function VirtualRows<Row>({
  label,
  columns,
  sorts = [],
  layout,
  rowHeight,
  narrowHeight = rowHeight * 3,
  rows,
  keyOf,
  row,
}: Properties<Row>): JSX.Element {
  const body = useRef<HTMLDivElement>(null);
  const seen = useSignal({ first: 0, end: 40, height: rowHeight });
  useEffect(() => {
    const look = (): void => {
      const top = body.current?.getBoundingClientRect().top ?? 0;
      const height = matchMedia(narrow).matches ? narrowHeight : rowHeight;
      const first = Math.max(0, Math.floor(-top / height) - beyond);
      const end = Math.ceil((window.innerHeight - top) / height) + beyond;
      const before = seen.peek();
      if (before.first === first && before.end === end && before.height === height) return;
      seen.value = { first, end, height };
    };
    look();
    const off = new AbortController();
    const options = { passive: true, signal: off.signal };
    window.addEventListener('scroll', look, options);
    window.addEventListener('resize', look, options);
    return () => off.abort();
  }, [rowHeight, narrowHeight, rows.length]);
  const { height } = seen.value;
  const end = Math.min(rows.length, seen.value.end);
  const first = Math.min(seen.value.first, Math.max(0, end - 1));
  return (
    <div
      class={`virtual ${layout}`}
      role="table"
      aria-label={label}
      aria-rowcount={rows.length + 1}
    >
      <div role="rowgroup" class="virtual-head">
        <div role="row" aria-rowindex={1}>
          {columns.map((column, index) => (
            <div key={index} role="columnheader" aria-sort={sorts[index]}>
              {column}
            </div>
          ))}
        </div>
      </div>
      <div
        role="rowgroup"
        class="virtual-body"
        ref={body}
        style={{ height: `${rows.length * height}px` }}
      >
        {rows.slice(first, end).map((each, index) => {
          const at = first + index;
          const style = { height: `${height}px`, transform: `translateY(${at * height}px)` };
          return (
            <div role="row" key={keyOf(each)} aria-rowindex={at + 2} style={style}>
              {row(each).map((cell, column) => (
                <div key={column} role={column === 0 ? 'rowheader' : 'cell'}>
                  {cell}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
