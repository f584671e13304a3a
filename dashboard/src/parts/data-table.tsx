import type { ComponentChildren, JSX } from 'preact';

/** One column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Numbers are set right, below each other. @default false */
  readonly isNumber?: boolean;
}

interface Properties<Row> {
  /** What it lists, for who cannot see it. */
  readonly label: string;
  /** The first one is the heading of its row. */
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}

/** A table, of which each row is a block on a phone. */
export function DataTable<Row>({ label, columns, rows, keyOf }: Properties<Row>): JSX.Element {
  const [head, ...others] = columns;
  return (
    <div class="table blocks">
      {/* Rows are blocks on a narrow screen, which would take their meaning from a screen reader. */}
      <table role="table" aria-label={label}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ title, isNumber }) => (
              <th
                key={title}
                scope="col"
                role="columnheader"
                class={isNumber === true ? 'number' : undefined}
              >
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr role="row" key={keyOf(row)}>
              {head !== undefined && (
                <th scope="row" role="rowheader">
                  {head.cell(row)}
                </th>
              )}
              {others.map(({ title, cell, isNumber }) => (
                <td
                  key={title}
                  role="cell"
                  data-label={title}
                  class={isNumber === true ? 'number' : undefined}
                >
                  <div>{cell(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
