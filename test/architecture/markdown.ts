/** A link in a page, as written. */
export interface PageLink {
  readonly target: string;
  readonly line: number;
}

/** All links of a Markdown page, but for those in code. */
export function linksOf(text: string): readonly PageLink[] {
  let isCode = false;
  return text.split('\n').flatMap((row, index) => {
    if (row.startsWith('```')) isCode = !isCode;
    if (isCode) return [];
    const prose = row.replace(/`[^`]*`/g, '');
    return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({
      target,
      line: index + 1,
    }));
  });
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The lines of a page's shell examples, and its code in prose that reads like a command. */
export function commandsOf(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^```(?:sh|bash|console)\n([\s\S]*?)^```/gm)];
  const lines = blocks.flatMap(([, block = '']) => block.split('\n'));
  const inline = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return [...lines.map((line) => line.replace(/^\$ /, '').trim()), ...inline];
}
