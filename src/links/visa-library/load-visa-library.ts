import { SignalboxError } from '../../kernel/index.ts';
import { loadKoffi } from '../linux/koffi.ts';

/** How makers of VISA libraries name them on Linux: National Instruments, Keysight, Rohde & Schwarz. */
export const visaLibraryNames: readonly string[] = [
  'libvisa.so',
  'libvisa.so.0',
  'libktvisa32.so',
  '/opt/keysight/iolibs/libktvisa32.so',
  'librsvisa.so',
];

/** The functions used here. VPP-4.3.2, section 3: 32-bit objects and codes. */
const declarations = {
  viOpenDefaultRM: 'int32_t viOpenDefaultRM(_Out_ uint32_t *vi)',
  viOpen:
    'int32_t viOpen(uint32_t rm, const char *name, uint32_t mode, uint32_t timeout, _Out_ uint32_t *vi)',
  viClose: 'int32_t viClose(uint32_t vi)',
  viRead: 'int32_t viRead(uint32_t vi, _Out_ uint8_t *bytes, uint32_t count, _Out_ uint32_t *read)',
  viWrite:
    'int32_t viWrite(uint32_t vi, const uint8_t *bytes, uint32_t count, _Out_ uint32_t *written)',
  viClear: 'int32_t viClear(uint32_t vi)',
  viAssertTrigger: 'int32_t viAssertTrigger(uint32_t vi, uint16_t protocol)',
  viReadSTB: 'int32_t viReadSTB(uint32_t vi, _Out_ uint16_t *status)',
  viGpibControlREN: 'int32_t viGpibControlREN(uint32_t vi, uint16_t mode)',
  viSetAttribute: 'int32_t viSetAttribute(uint32_t vi, uint32_t name, uint64_t value)',
  viInstallHandler:
    'int32_t viInstallHandler(uint32_t vi, uint32_t type, void *handler, void *handle)',
  viUninstallHandler:
    'int32_t viUninstallHandler(uint32_t vi, uint32_t type, void *handler, void *handle)',
  viEnableEvent: 'int32_t viEnableEvent(uint32_t vi, uint32_t type, uint16_t how, uint32_t filter)',
  viDisableEvent: 'int32_t viDisableEvent(uint32_t vi, uint32_t type, uint16_t how)',
  viStatusDesc: 'int32_t viStatusDesc(uint32_t vi, int32_t status, _Out_ uint8_t *text)',
  viFindRsrc:
    'int32_t viFindRsrc(uint32_t rm, const char *what, _Out_ uint32_t *list, _Out_ uint32_t *count, _Out_ uint8_t *name)',
  viFindNext: 'int32_t viFindNext(uint32_t list, _Out_ uint8_t *name)',
} as const;

export type VisaFunction = keyof typeof declarations;

/** A VISA library. */
export interface VisaLibrary {
  readonly path: string;
  /**
   * Calls without holding up this program, and gives the completion code. What may take its time is
   * called in a place of `callSlots`.
   */
  call(name: VisaFunction, ...values: readonly unknown[]): Promise<number>;
  /** What the library is to call for an event of any session, from any of its threads. */
  readonly handler: unknown;
  /** Until disposed, `listener` is told of the events of a session. */
  hear(vi: number, listener: () => void): Disposable;
}

type Call = (...values: readonly unknown[]) => Promise<number>;

const loaded = new Map<string, Promise<VisaLibrary>>();

/**
 * The VISA library of that file, or the first that this machine has.
 * @throws LINK_COMMUNICATION when there is none, or the file is no VISA library
 */
export async function loadVisaLibrary(path?: string): Promise<VisaLibrary> {
  const failures: string[] = [];
  for (const name of path === undefined ? visaLibraryNames : [path]) {
    const loading = loaded.get(name) ?? load(name);
    loaded.set(name, loading);
    try {
      return await loading;
    } catch (error) {
      loaded.delete(name);
      failures.push(error instanceof Error ? error.message : name);
    }
  }
  throw new SignalboxError(
    'LINK_COMMUNICATION',
    path === undefined
      ? `this machine has no VISA library: not ${visaLibraryNames.join(', ')}`
      : `${path} is no VISA library that can be loaded: ${failures.join('; ')}`,
    {
      details: { tried: path === undefined ? visaLibraryNames : [path], failures },
      nextStep:
        'Install the VISA library of the maker of the interface (NI-VISA, Keysight IO Libraries, R&S VISA), or name its file.',
    },
  );
}

async function load(path: string): Promise<VisaLibrary> {
  const koffi = await loadKoffi();
  const library = koffi.load(path);
  const calls = new Map<string, Call>();
  for (const [name, declaration] of Object.entries(declarations)) {
    const native = library.func(declaration);
    const call: Call = async (...values) => {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      native.async(...values, (error: unknown, status: number) => {
        if (error === null || error === undefined) resolve(status);
        else reject(error instanceof Error ? error : new Error(`${name} could not be called`));
      });
      return await promise;
    };
    calls.set(name, call);
  }
  // VPP-4.3.2, section 3: ViHndlr.
  const prototype = koffi.pointer(
    koffi.proto('int32_t (uint32_t vi, uint32_t type, uint32_t event, void *handle)'),
  );
  const listeners = new Map<number, () => void>();
  const tell = (vi: number): number => {
    listeners.get(vi)?.();
    return 0;
  };
  // Never taken back: a thread of the library may be about to call it when a session ends.
  const handler: unknown = koffi.register(tell, prototype);
  return {
    path,
    async call(name, ...values) {
      const call = calls.get(name);
      if (call === undefined) throw new SignalboxError('INTERNAL', `${name} is not declared`);
      return await call(...values);
    },
    handler,
    hear(vi, listener) {
      listeners.set(vi, listener);
      return { [Symbol.dispose]: () => void listeners.delete(vi) };
    },
  };
}
