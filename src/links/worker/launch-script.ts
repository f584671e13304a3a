/**
 * What `/bin/sh` runs to become a worker. The process is the leader of a group of its own, and its
 * descriptor 3 leads to the host, which never writes there.
 *
 * A guard stays behind in the group: it reads from descriptor 3, and when the host's end closes,
 * however the host ended, it ends the whole group by force, itself with it. A group lives as long as
 * one process in it, so its number cannot have become another's. The guard is no child of the worker,
 * which may wait for all of its children, and holds none of its pipes.
 *
 * The limit is on data (RLIMIT_DATA, which counts private writable memory; man 2 getrlimit): one on
 * addresses stops runtimes that reserve far more than they use.
 *
 * `$1` is the limit in KiB or `-`, the rest is the command.
 */
export const launchScript = `
( { trap '' HUP INT QUIT TERM USR1 USR2; read -r nothing <&3; kill -KILL 0; } </dev/null >/dev/null 2>&1 & )
if [ "$1" != - ]; then ulimit -d "$1" || exit 126; fi
shift
exec "$@" 3<&-
`;
