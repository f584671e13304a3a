import type { RouteContext } from '../route-context.ts';
import { enveloped, envelopeSchema } from '../envelope.ts';
import { failures } from '../failures.ts';
import { answer } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

const revisionsCountedMost = 1_000;

/**
 * How safely settings are shared, in the words of SpotiPi, whose clients ask for it. Reads are always
 * from memory and never stale, so that its cache is always valid and there is nothing to clear.
 */
export function threadSafetyRoutes(server: HttpServer, context: RouteContext): void {
  const { services, callers, log, clock } = context;
  const tags = ['thread safety'];
  const show = {
    summary: 'How many change the settings and who listens, with the fields of SpotiPi',
    tags,
    response: { 200: answer('The figures', envelopeSchema), ...failures() },
  };
  server.get('/api/thread-safety/status', { schema: show }, async (_request, reply) => {
    const figures = await statistics();
    return enveloped(reply, clock, {
      thread_safety_stats: figures,
      data: { thread_safety_stats: figures },
    });
  });

  const clear = {
    summary: 'Reads the files again, as SpotiPi does when its caches are cleared',
    tags,
    response: { 200: answer('It is done', envelopeSchema), ...failures('LEASE_LOST') },
  };
  server.post('/api/thread-safety/invalidate-cache', { schema: clear }, async (request, reply) => {
    log.debug('caches were cleared', { owner: callers.of(request, reply).by });
    await services.caches?.clear();
    await services.settings?.store.refresh();
    const revision = services.settings?.revision ?? 0;
    return enveloped(reply, clock, {
      message: 'Settings were read again; what is cached is asked for anew.',
      data: { revision },
    });
  });

  async function statistics(): Promise<object> {
    const { settings, caches } = services;
    const history = (await settings?.history({ limit: revisionsCountedMost })) ?? [];
    const newest = history[0]?.at;
    return {
      current_thread: 'main',
      active_threads: 1 + (caches?.replicas() ?? 0),
      cache_valid: settings !== undefined,
      cache_age_seconds: newest === undefined ? 0 : Math.max(0, clock.now() - newest) / 1_000,
      transaction_history_count: history.length,
      change_listeners_count: settings?.listeners ?? 0,
      has_thread_local_cache: true,
      revision: settings?.revision ?? 0,
      ...(settings === undefined ? {} : { config_reads: readsOf(settings.reads) }),
      ...(caches === undefined ? {} : { tokens: caches.tokens() }),
    };
  }
}

/** A file is read at the start, and when somebody else has written it: that much was not in memory. */
function readsOf({ asked, fromFiles }: { asked: number; fromFiles: number }): object {
  const total = asked + fromFiles;
  return { total, from_memory: asked, from_files: fromFiles, hit_rate: asked / Math.max(1, total) };
}
