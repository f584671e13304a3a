import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Colours for people: on a terminal only, and not with NO_COLOR (https://no-color.org). */
export const style: {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly doubtful: (text: string) => string;
  readonly heading: (text: string) => string;
  readonly faint: (text: string) => string;
} = {
  good: (text) => styled('green', text),
  bad: (text) => styled('red', text),
  doubtful: (text) => styled('yellow', text),
  heading: (text) => styled('bold', text),
  faint: (text) => styled('dim', text),
};

/** The same for the stream on which errors go. */
export function errorStyle(text: string): string {
  return text === '' ? '' : styleText('red', text, { stream: process.stderr });
}

function styled(format: Format, text: string): string {
  return text === '' ? '' : styleText(format, text, { stream: process.stdout });
}
