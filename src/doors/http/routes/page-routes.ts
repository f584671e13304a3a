import { page, pagePolicy } from '../page.ts';
import { answer } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

/** What a browser shows, and the description of the API for programs. */
export function pageRoutes(server: HttpServer): void {
  server.get('/', { schema: { hide: true } }, (_request, reply) =>
    reply
      .header('content-security-policy', pagePolicy)
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(page),
  );
  const schema = {
    summary: 'This description',
    tags: ['gateway'],
    response: { 200: answer('OpenAPI 3.1') },
  };
  server.get('/openapi.json', { schema }, () => server.swagger());
}
