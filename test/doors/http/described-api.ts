import { z } from 'zod';

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>> }>
  >;
}

/** The API as it describes itself, to hold real answers against it. */
export class DescribedApi {
  readonly #paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly #checkers = new Map<string, z.ZodType>();

  constructor(description: unknown) {
    this.#paths = (description as { paths: DescribedApi['paths'] }).paths;
  }

  get paths(): Readonly<Record<string, Readonly<Record<string, Operation>>>> {
    return this.#paths;
  }

  /** Throws when the description has no such route, no such status of it, or another body. */
  check(method: string, path: string, status: number, text: string): void {
    const [plainPath = ''] = path.split('?');
    const template = this.#templateOf(method, plainPath);
    if (template === undefined) {
      // The answer that nothing is there, or what is not described on purpose.
      if (status === 404 || plainPath === '/' || plainPath === '/api/v1/live') return;
      throw new Error(`${method} ${path} is not described`);
    }
    const where = `${method} ${template} with status ${status}`;
    const answer = this.#paths[template]?.[method.toLowerCase()]?.responses[status];
    if (answer === undefined) throw new Error(`${where} is not described`);
    if (status === 204) {
      if (text !== '') throw new Error(`${where} has a body`);
      return;
    }
    const content = answer.content?.['application/json'];
    if (content === undefined) throw new Error(`${where} has no described body`);
    const checker = this.#checkers.get(where) ?? z.fromJSONSchema(content.schema);
    this.#checkers.set(where, checker);
    const parsed = checker.safeParse(JSON.parse(text));
    if (!parsed.success) throw new Error(`${where}: ${parsed.error.message} in ${text}`);
  }

  #templateOf(method: string, path: string): string | undefined {
    return Object.keys(this.#paths).find((template) => {
      const pattern = template.replace(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.');
      const isPath = new RegExp(`^${pattern}$`).test(path);
      return isPath && this.#paths[template]?.[method.toLowerCase()] !== undefined;
    });
  }
}
