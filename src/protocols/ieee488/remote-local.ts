/**
 * What may be asked of the remote-local function of an instrument (IEEE 488.1, 2.8), with the codes that
 * HiSLIP (IVI-6.1, table 25) and viGpibControlREN (VPP-4.3, section 6.6) have for it.
 *
 * REN enables remote for all instruments of a bus; one goes to remote when it is addressed. Its `local`
 * key brings it back, unless local is locked out. That lasts until REN is taken away: what goes to local
 * meanwhile is locked out again when it is remote again.
 */
export const remoteLocalCodes = {
  /** Without REN all are local, and nothing is locked out. */
  'disable-remote': 0,
  'enable-remote': 1,
  'disable-remote-and-go-to-local': 2,
  /** With REN. The `local` key still works. */
  'go-to-remote': 3,
  /** With REN. */
  'lock-out-local': 4,
  /** With REN. */
  'go-to-remote-and-lock-out-local': 5,
  /** REN and the lockout stay as they are. */
  'go-to-local': 6,
} as const;

export type RemoteLocal = keyof typeof remoteLocalCodes;

const requests: ReadonlyMap<number, RemoteLocal> = new Map(
  Object.entries(remoteLocalCodes).map(([request, code]) => [code, request as RemoteLocal]),
);

/** What a code asks for; undefined for one that has no meaning. */
export function remoteLocalOf(code: number): RemoteLocal | undefined {
  return requests.get(code);
}
