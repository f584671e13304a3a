import type koffi from 'koffi';

/** What a thread has on Linux is 8 MiB; libraries of others use more than the 128 KiB of the default. */
const asyncStackBytes = 1_048_576;

let loading: Promise<typeof koffi> | undefined;

/** koffi, loaded when first asked for, with its settings made: they cannot be once it has called. */
export async function loadKoffi(): Promise<typeof koffi> {
  loading ??= load();
  return await loading;
}

async function load(): Promise<typeof koffi> {
  const { default: library } = await import('koffi');
  try {
    library.config({ async_stack_size: asyncStackBytes });
  } catch {
    // Somebody else in this process has called with it already; then it stays as it is.
  }
  return library;
}
