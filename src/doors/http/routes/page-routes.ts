import { loadAssets } from '../pages/assets.ts';
import { htmlOf, pagePolicy, pages } from '../pages/pages.ts';
import { answer } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

const notModified = 304;

/** What a browser shows, and the description of the API for programs. */
export async function pageRoutes(server: HttpServer): Promise<void> {
  for (const page of pages) {
    const html = htmlOf(page);
    server.get(page.path, { schema: { hide: true } }, (_request, reply) =>
      reply
        .header('content-security-policy', pagePolicy)
        .header('cache-control', 'no-cache')
        .type('text/html; charset=utf-8')
        .send(html),
    );
  }
  for (const { path, type, text, etag } of await loadAssets()) {
    server.get(path, { schema: { hide: true } }, (request, reply) => {
      void reply.header('cache-control', 'no-cache').header('etag', etag);
      if (request.headers['if-none-match'] === etag) return reply.code(notModified).send();
      return reply.type(type).send(text);
    });
  }
  const schema = {
    summary: 'This description',
    tags: ['gateway'],
    response: { 200: answer('OpenAPI 3.1') },
  };
  server.get('/openapi.json', { schema }, () => server.swagger());
}
