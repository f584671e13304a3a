import { pathToFileURL } from 'node:url';

/** Of a module that is given as a path or as a URL. */
export function moduleUrl(module: string): string {
  return module.startsWith('file:') ? module : pathToFileURL(module).href;
}
