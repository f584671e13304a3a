import type { JSX } from 'preact';

import { errorCatalogue } from '../../../../src/kernel/index.ts';
import type { ErrorCode } from '../../../../src/kernel/index.ts';
import { CodeName } from '../../parts/code-name.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { faultWords } from '../../parts/faults.ts';
import { countText } from '../../parts/format.ts';
import { Marked } from '../../parts/marked.tsx';

interface Properties {
  readonly label: string;
  readonly byCode: Readonly<Record<string, number>>;
}

/** Failures by their class, the most frequent first: whose fault each is, and what to do. */
export function ErrorTable({ label, byCode }: Properties): JSX.Element {
  const rows = Object.entries(byCode)
    .filter(([, count]) => count > 0)
    .toSorted(([, one], [, other]) => other - one)
    .map(([code, count]) => ({ code, count, entry: errorCatalogue[code as ErrorCode] }));
  if (rows.length === 0) return <p class="soft">None.</p>;
  return (
    <DataTable
      label={label}
      rows={rows}
      keyOf={({ code }) => code}
      columns={[
        { title: 'Code', cell: ({ code }) => <CodeName code={code} /> },
        { title: 'Count', isNumber: true, cell: ({ count }) => countText(count) },
        { title: 'Whose fault', cell: ({ entry }) => faultWords[entry.fault] },
        { title: 'What to do', cell: ({ entry }) => <Marked text={entry.nextStep} /> },
      ]}
    />
  );
}
