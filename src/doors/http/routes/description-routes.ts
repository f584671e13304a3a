import { answer } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

/** The description of the API, for programs. */
export function descriptionRoutes(server: HttpServer): void {
  const schema = {
    summary: 'This description',
    tags: ['gateway'],
    response: { 200: answer('OpenAPI 3.1') },
  };
  server.get('/openapi.json', { schema }, () => server.swagger());
}
