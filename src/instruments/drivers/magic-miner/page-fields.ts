/** What is looked for on the pages. Source: the pages of the BG02 as its users scrape them. */
export const pageFields = [
  'hashrate',
  'temperature',
  'fan',
  'shares',
  'uptime',
  'model',
  'firmware',
  'mac',
  'hostname',
  'pool',
  'worker',
] as const;

export type PageField = (typeof pageFields)[number];

/** The text of each field that pages have. */
export type FieldTexts = ReadonlyMap<PageField, string>;

/** The pages that have them, the most likely first. */
export const magicMinerPages: readonly string[] = ['/', '/status', '/stats', '/system', '/pool'];

/**
 * Of these at least one has to be on a page that is to be a Magic Miner's: a name and a version are on the
 * pages of many devices.
 */
const telling: readonly PageField[] = ['hashrate', 'shares'];

/** A longer text of a field is none. */
const fieldTextMost = 200;
/** So much of a page is looked at. */
const pageTextMost = 262_144;

/** The fields of one page: by class or by `data-id`; the first that has a text counts. */
export async function fieldsOf(html: string): Promise<FieldTexts> {
  // Loaded when the first page is looked at: nobody else needs it.
  const { load } = await import('cheerio/slim');
  const page = load(html.slice(0, pageTextMost));
  const texts = new Map<PageField, string>();
  for (const field of pageFields) {
    for (const element of page(`.${field}, [data-id="${field}"]`).toArray()) {
      const text = page(element).text().replaceAll(/\s+/g, ' ').trim();
      if (text === '' || text.length > fieldTextMost) continue;
      texts.set(field, text);
      break;
    }
  }
  return texts;
}

/** Whether these can be the fields of a Magic Miner, and not of any page whatever. */
export function isMagicMiner(fields: FieldTexts): boolean {
  return telling.some((field) => fields.has(field) && /\d/.test(fields.get(field) ?? ''));
}
