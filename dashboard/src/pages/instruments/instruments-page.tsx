import type { JSX } from 'preact';

import type { PageProps } from '../../app/page-code.ts';
import { InstrumentDetail } from './instrument-detail.tsx';
import { InstrumentList } from './instrument-list.tsx';
import './instruments.css';

/** All instruments, or the one that the path names. */
export default function InstrumentsPage({ parts: [name] }: PageProps): JSX.Element {
  return name === undefined ? <InstrumentList /> : <InstrumentDetail key={name} name={name} />;
}
