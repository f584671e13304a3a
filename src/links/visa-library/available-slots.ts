/** What libuv has unless it is told otherwise. Source: libuv's guide, "Thread pool work scheduling". */
const poolThreadsDefault = 4;

/** Left for files and names of hosts. */
const threadsLeft = 2;

const poolThreads = Number(process.env['UV_THREADPOOL_SIZE']) || poolThreadsDefault;

/**
 * How many calls of a VISA library may block at the same time. More instruments than that wait for each
 * other in turn, for short reads; `UV_THREADPOOL_SIZE` in the environment raises it.
 */
export const availableSlots: number = Math.max(1, poolThreads - threadsLeft);
