import { isSignalboxError } from '../../kernel/index.ts';
import { XdrReader } from './xdr-reader.ts';
import { xdrArray, xdrString, xdrStruct, xdrUnsigned } from './xdr-type.ts';
import type { XdrType } from './xdr-type.ts';
import { XdrWriter } from './xdr-writer.ts';

/** What says who calls, and what proves it. RFC 5531, section 8.2. */
export interface RpcAuth {
  readonly flavor: number;
  readonly body: Uint8Array;
}

/** The flavors that are known here. RFC 5531, section 8.2. */
export const rpcAuthFlavors: { readonly none: 0; readonly sys: 1 } = { none: 0, sys: 1 };

/** The longest body of a credential or verifier. RFC 5531, section 8.2. */
export const rpcAuthBytesMost = 400;

const machineNameBytesMost = 255;
const groupsMost = 16;

/** AUTH_NONE: nobody says anything. RFC 5531, section 10.1. */
export const noAuth: RpcAuth = { flavor: rpcAuthFlavors.none, body: new Uint8Array() };

/** What a caller says of itself, unproven: AUTH_SYS. RFC 5531, appendix A. */
export interface SysCredential {
  readonly stamp: number;
  /** At most 255 bytes. */
  readonly machineName: string;
  readonly userId: number;
  readonly groupId: number;
  /** At most 16. */
  readonly groupIds: readonly number[];
}

const sysCredential: XdrType<SysCredential> = xdrStruct<SysCredential>({
  stamp: xdrUnsigned,
  machineName: xdrString(machineNameBytesMost),
  userId: xdrUnsigned,
  groupId: xdrUnsigned,
  groupIds: xdrArray(xdrUnsigned, groupsMost),
});

/** A credential of the flavor AUTH_SYS. @throws VALUE_OUT_OF_RANGE for what does not fit */
export function sysAuth(credential: SysCredential): RpcAuth {
  const writer = new XdrWriter();
  sysCredential.write(writer, credential);
  return { flavor: rpcAuthFlavors.sys, body: writer.finish() };
}

/** What an AUTH_SYS credential says; nothing for another flavor, or one that breaks off. */
export function sysCredentialOf(auth: RpcAuth): SysCredential | undefined {
  if (auth.flavor !== rpcAuthFlavors.sys) return undefined;
  try {
    return sysCredential.read(new XdrReader(auth.body));
  } catch (error) {
    if (isSignalboxError(error)) return undefined;
    throw error;
  }
}
