import { getSystemErrorMap } from 'node:util';
import { SignalboxError } from '../../kernel/index.ts';
import { classifyLinkError } from '../link-error.ts';
import { loadKoffi } from './koffi.ts';

/** What of the C library pseudo-terminals and serial lines need. Each gives -1 on failure. */
export interface Libc {
  posix_openpt(flags: number): number;
  grantpt(fd: number): number;
  unlockpt(fd: number): number;
  /**
   * Closes what another of these functions opened. Node counts what a worker thread opens through
   * it, to close that with the thread, and warns of a number that it does not know.
   */
  close(fd: number): number;
  poll(fds: Uint8Array, count: number, timeoutMs: number): number;
  flock(fd: number, operation: number): number;
  inotify_init1(flags: number): number;
  inotify_add_watch(fd: number, path: string, mask: number): number;
  inotify_rm_watch(fd: number, watch: number): number;
  /** `ioctl` whose argument is a pointer, or null. */
  ioctl(fd: number, request: number, argument: Uint8Array | null): number;
  /** `ioctl` whose argument is a number. */
  ioctlValue(fd: number, request: number, argument: number): number;
  /** The number of the last error of this thread. */
  errno(): number;
}

/**
 * The request numbers and structures of this folder are those of Linux's asm-generic headers, which
 * these architectures share; powerpc and mips number them otherwise.
 */
const architectures: readonly string[] = ['x64', 'ia32', 'arm64', 'arm', 'riscv64', 'loong64'];

/** Whether {@link loadLibc} can work here. */
export const hasLibc: boolean =
  process.platform === 'linux' && architectures.includes(process.arch);

let loading: Promise<Libc> | undefined;

/**
 * The C library, loaded when first asked for.
 * @throws LINK_COMMUNICATION where it cannot be called: not Linux, or koffi is missing
 */
export async function loadLibc(): Promise<Libc> {
  loading ??= load();
  return await loading;
}

async function load(): Promise<Libc> {
  if (!hasLibc) {
    throw new SignalboxError(
      'LINK_COMMUNICATION',
      `pseudo-terminals need Linux on ${architectures.join(', ')}; this is ${process.platform} on ${process.arch}`,
      { nextStep: 'Use a TCP or RFC 2217 connection instead.' },
    );
  }
  const koffi = await loadKoffi();
  const library = koffi.load(null);
  return {
    posix_openpt: library.func('int posix_openpt(int flags)'),
    grantpt: library.func('int grantpt(int fd)'),
    unlockpt: library.func('int unlockpt(int fd)'),
    close: library.func('int close(int fd)'),
    poll: library.func('int poll(_Inout_ uint8_t *fds, unsigned long count, int timeoutMs)'),
    flock: library.func('int flock(int fd, int operation)'),
    inotify_init1: library.func('int inotify_init1(int flags)'),
    inotify_add_watch: library.func(
      'int inotify_add_watch(int fd, const char *path, uint32_t mask)',
    ),
    inotify_rm_watch: library.func('int inotify_rm_watch(int fd, int watch)'),
    // On these architectures a variadic pointer or number travels in the same register as a fixed
    // one, and a fixed declaration is called faster.
    ioctl: library.func('int ioctl(int fd, unsigned long request, void *argument)'),
    ioctlValue: library.func('int ioctl(int fd, unsigned long request, long argument)'),
    errno: () => koffi.errno(),
  };
}

/** The name of the last error of a call, such as `EBUSY`. */
export function lastErrorName(libc: Libc): string {
  const number = libc.errno();
  return getSystemErrorMap().get(-number)?.[0] ?? `errno ${number}`;
}

/** Passes a result on; -1 becomes the error that the call left, classed. */
export function checked(
  libc: Libc,
  result: number,
  call: { readonly what: string; readonly address: string },
): number {
  if (result !== -1) return result;
  const code = lastErrorName(libc);
  const cause = Object.assign(new Error(`${code}: ${call.what} failed`), { code });
  throw classifyLinkError(cause, call.address);
}
