export type { Chunk, Link, LinkFactory, SerialLines } from './link.ts';
