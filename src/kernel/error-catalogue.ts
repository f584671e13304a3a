/** Who has to act when something failed. */
export type Fault = 'caller' | 'instrument' | 'link' | 'signalbox';

/** A stable error code. Codes never change their meaning: programs match on them. */
export type ErrorCode =
  | 'BAD_ARGUMENT'
  | 'NOT_FOUND'
  | 'VALUE_INVALID'
  | 'VALUE_OUT_OF_RANGE'
  | 'READ_ONLY'
  | 'WRITE_ONLY'
  | 'SECURED'
  | 'CONFIG_INVALID'
  | 'CONFIG_UNREADABLE'
  | 'CONFIG_CONFLICT'
  | 'CONFIG_READ_ONLY'
  | 'CONFIG_WRITE_FAILED'
  | 'CONFIG_VERSION'
  | 'WAIT_TIMEOUT'
  | 'CANCELLED'
  | 'DEADLOCK'
  | 'LOCK_ORDER'
  | 'LEASE_HELD'
  | 'LEASE_LOST'
  | 'RENEWAL_LIMIT'
  | 'QUEUE_FULL'
  | 'RATE_LIMITED'
  | 'AUTHENTICATION_REQUIRED'
  | 'FORBIDDEN'
  | 'CLOSED'
  | 'PORT_RELEASED'
  | 'ALREADY_RUNNING'
  | 'GATEWAY_UNREACHABLE'
  | 'LINK_USB'
  | 'LINK_COMMUNICATION'
  | 'LINK_PROTOCOL'
  | 'LINK_TIMEOUT'
  | 'PORT_BUSY'
  | 'PORT_ABSENT'
  | 'INSTRUMENT_TIMEOUT'
  | 'INSTRUMENT_ERROR'
  | 'INSTRUMENT_OFFLINE'
  | 'INSTRUMENT_REPLACED'
  | 'REPLY_MALFORMED'
  | 'OUTCOME_UNKNOWN'
  | 'WORKER_BUSY'
  | 'WORKER_UNAVAILABLE'
  | 'WORKER_LOST'
  | 'WORKER_TIMEOUT'
  | 'WORKER_FAILED'
  | 'WORKER_PROTOCOL'
  | 'ACTOR_FAILED'
  | 'SIGN_IN_REQUIRED'
  | 'PREMIUM_REQUIRED'
  | 'PLAYER_IDLE'
  | 'PLAYER_DEVICE_MISSING'
  | 'PLAYER_REFUSED'
  | 'QUERY_INTERRUPTED'
  | 'QUERY_UNTERMINATED'
  | 'QUERY_DEADLOCKED'
  | 'STATE_UNREADABLE'
  | 'DATABASE_CONSTRAINT'
  | 'DATABASE_BUSY'
  | 'DATABASE_FULL'
  | 'DATABASE_READ_ONLY'
  | 'DATABASE_UNREACHABLE'
  | 'DATABASE_FAILED'
  | 'JOB_RUNNING'
  | 'CONDITION_FAILED'
  | 'ALARM_FAILED'
  | 'NOTICE_FAILED'
  | 'NOTICE_REFUSED'
  | 'INTERNAL';

/** What the catalogue says of one error code. */
export interface CatalogueEntry {
  readonly fault: Fault;
  /** What happened, in one sentence. */
  readonly meaning: string;
  /** What to do next, in one sentence; an error may carry a more exact one. */
  readonly nextStep: string;
  /** The HTTP status with which the HTTP door answers. */
  readonly httpStatus: number;
}

function entry(
  fault: Fault,
  httpStatus: number,
  meaning: string,
  nextStep: string,
): CatalogueEntry {
  return { fault, httpStatus, meaning, nextStep };
}

/**
 * Every error code of Signalbox.
 * `docs/reference/errors.md` shows the same list, and a test compares the two.
 */
export const errorCatalogue: Readonly<Record<ErrorCode, CatalogueEntry>> = {
  BAD_ARGUMENT: entry(
    'caller',
    400,
    'An argument is missing, unknown or of the wrong form.',
    'Correct the argument that the message names.',
  ),
  NOT_FOUND: entry(
    'caller',
    404,
    'There is no port, instrument, parameter or lease of that name.',
    'List what exists with `signalbox status`.',
  ),
  VALUE_INVALID: entry(
    'caller',
    422,
    'The value has the wrong type, or cannot be packed into the type that the parameter has.',
    'Send a value of the type that the message names.',
  ),
  VALUE_OUT_OF_RANGE: entry(
    'caller',
    422,
    'The value is outside the limits of the parameter.',
    'Send a value within the limits that the message names.',
  ),
  READ_ONLY: entry(
    'caller',
    405,
    'The parameter can be read but not written.',
    'Write another parameter; `signalbox read INSTRUMENT --list` shows which can be written.',
  ),
  WRITE_ONLY: entry(
    'caller',
    405,
    'The parameter can be written but not read.',
    'Read another parameter; `signalbox read INSTRUMENT --list` shows which can be read.',
  ),
  SECURED: entry(
    'caller',
    403,
    'The parameter is secured by the instrument and was not unlocked.',
    'Say that you mean it: `unlock: true`, or `--unlock` on the command line.',
  ),
  CONFIG_INVALID: entry(
    'caller',
    422,
    'The configuration parses but breaks its schema.',
    'Correct the line that the message names.',
  ),
  CONFIG_UNREADABLE: entry(
    'caller',
    422,
    'The configuration cannot be read or is no TOML.',
    'Correct the line that the message names, or name another file.',
  ),
  CONFIG_CONFLICT: entry(
    'caller',
    409,
    'The configuration was changed by somebody else since it was read, so this change was not made.',
    'Read it again, and decide again: the message names the revision that it has now.',
  ),
  CONFIG_READ_ONLY: entry(
    'caller',
    409,
    'The setting, or the whole configuration, cannot be written here.',
    'Do what the message says, then try again.',
  ),
  CONFIG_WRITE_FAILED: entry(
    'signalbox',
    507,
    'The disk refused the change of the configuration; the file is what it was.',
    'Make the folder writable or free some disk space, then do it again.',
  ),
  CONFIG_VERSION: entry(
    'caller',
    422,
    'The configuration was written by a newer version of the program.',
    'Start the newer version, or restore a backup of the older file.',
  ),
  WAIT_TIMEOUT: entry(
    'caller',
    423,
    'The wait for a lock, a lease or a turn ended before it was granted.',
    'Wait longer, or ask the holder that the message names to release.',
  ),
  CANCELLED: entry(
    'caller',
    499,
    'The caller took the request back, or its connection went.',
    'Nothing: this is what was asked for.',
  ),
  DEADLOCK: entry(
    'caller',
    409,
    'The wait would have closed a cycle of waits, so nobody in it could ever go on.',
    'Release what you hold, then take everything at once with `acquireAll`.',
  ),
  LOCK_ORDER: entry(
    'caller',
    409,
    'A lock of a lower rank was asked for while one of a higher rank is held.',
    'Take locks in the order of their ranks, or all at once with `acquireAll`.',
  ),
  LEASE_HELD: entry(
    'caller',
    423,
    'Another owner holds the port or instrument.',
    'Wait for it with a wait time, or ask the holder that the message names to release.',
  ),
  LEASE_LOST: entry(
    'caller',
    409,
    'The lease has ended: it expired, was released or was broken. Its token moves no byte any more.',
    'Take a new lease, and check the state of the instrument before going on.',
  ),
  RENEWAL_LIMIT: entry(
    'caller',
    409,
    'The lease was renewed up to its limit while others wait.',
    'Finish and release; take a new lease to get in line again.',
  ),
  QUEUE_FULL: entry(
    'caller',
    429,
    'A queue has reached its bound.',
    'Slow down, or wait for your earlier requests to end.',
  ),
  RATE_LIMITED: entry(
    'caller',
    429,
    'Requests came too often, to the gateway or to a web service behind a port; this one was not carried out.',
    'Ask again after the time that the message names, and less often.',
  ),
  AUTHENTICATION_REQUIRED: entry(
    'caller',
    401,
    'The gateway is reachable from other machines, and the request carries no valid token.',
    'Send `Authorization: Bearer TOKEN`.',
  ),
  FORBIDDEN: entry(
    'caller',
    403,
    'The request came from a host, an origin or an owner that may not do this.',
    'Use an allowed host, origin or token.',
  ),
  CLOSED: entry(
    'caller',
    503,
    'The port, lock or gateway was closed.',
    'Open it again, or start the gateway.',
  ),
  PORT_RELEASED: entry(
    'caller',
    503,
    'The port is handed to another program until it is taken back.',
    'Take it back with `signalbox release PORT --reclaim`.',
  ),
  ALREADY_RUNNING: entry(
    'caller',
    409,
    'A gateway of that name, or with that state folder, runs on this machine.',
    'Use the one that runs, stop it with `signalbox stop`, or give this one a name of its own.',
  ),
  GATEWAY_UNREACHABLE: entry(
    'caller',
    503,
    'No gateway answers at that address.',
    'Start one with `signalbox start`, or name its address with `--url`.',
  ),
  LINK_USB: entry(
    'link',
    503,
    'The adapter or its driver failed: it was unplugged, or its file descriptor is gone.',
    'Check the cable and the adapter; the port comes back by itself.',
  ),
  LINK_COMMUNICATION: entry(
    'link',
    503,
    'The connection could not be opened, or broke.',
    'Check the address, the cable and the power; the port comes back by itself.',
  ),
  LINK_PROTOCOL: entry(
    'link',
    502,
    'The bytes that arrived are not of the protocol that the port speaks.',
    'Check baud rate, parity and protocol of the port.',
  ),
  LINK_TIMEOUT: entry(
    'link',
    504,
    'The link did not take or give bytes in time.',
    'Check the connection, or give the port a longer timeout.',
  ),
  PORT_BUSY: entry(
    'link',
    503,
    'Another program on this machine holds the device.',
    'Stop the program that the message names; the port comes back by itself.',
  ),
  PORT_ABSENT: entry(
    'link',
    503,
    'The device is not there.',
    'Plug it in, or correct its path; the port comes back by itself.',
  ),
  INSTRUMENT_TIMEOUT: entry(
    'instrument',
    504,
    'The instrument did not answer in time.',
    'Check its power, address and cable, or give it a longer timeout.',
  ),
  INSTRUMENT_ERROR: entry(
    'instrument',
    502,
    'The instrument answered with an error.',
    'See what the instrument says of itself in the message.',
  ),
  INSTRUMENT_OFFLINE: entry(
    'instrument',
    503,
    'The instrument did not answer several times in a row and is probed only now and then.',
    'Check its power, address and cable; the next probe that it answers brings it back.',
  ),
  INSTRUMENT_REPLACED: entry(
    'instrument',
    502,
    'Another device answers at this address than the one that is meant.',
    'Find the device that is meant; where it was replaced on purpose, change `mac` of the instrument in the configuration.',
  ),
  REPLY_MALFORMED: entry(
    'instrument',
    502,
    'The reply of the instrument does not fit its request.',
    'Check that driver and instrument belong together.',
  ),
  OUTCOME_UNKNOWN: entry(
    'instrument',
    504,
    'A write was sent but not acknowledged, and it is not known whether it took effect.',
    'Read the value back before you write again; Signalbox does not repeat it.',
  ),
  WORKER_BUSY: entry(
    'caller',
    429,
    'A worker has as many calls as its bound allows, and the call was not made.',
    'Wait for your earlier calls to end, then ask again.',
  ),
  WORKER_UNAVAILABLE: entry(
    'link',
    503,
    'A worker does not run: it starts, is stopped, drains or was given up. The call was not sent.',
    'Ask again once it runs; the message and the log say why it does not.',
  ),
  WORKER_LOST: entry(
    'link',
    502,
    'A worker ended while it had the call, and it is not known what the call has done.',
    'Read back what it may have changed before you ask again; Signalbox does not repeat it.',
  ),
  WORKER_TIMEOUT: entry(
    'instrument',
    504,
    'A call to a worker was not answered in time; it was cancelled, but may have taken effect.',
    'Give it a longer timeout, or see in the log what the worker does.',
  ),
  WORKER_FAILED: entry(
    'instrument',
    502,
    'The function of a worker failed; what it says of it is in the message.',
    'See the message, and the traceback in the details.',
  ),
  WORKER_PROTOCOL: entry(
    'link',
    502,
    'A worker does not keep to the worker protocol.',
    'Check that nothing in the worker writes to its standard output, and that its version fits.',
  ),
  ACTOR_FAILED: entry(
    'instrument',
    502,
    'An actor (a driver of your own) does not run, or does not do what it is asked.',
    'See in the message and the log what it failed with; `RuntimeManager.restartActor` starts it again.',
  ),
  SIGN_IN_REQUIRED: entry(
    'caller',
    403,
    'Nobody is signed in at the service of a player, or its consent has ended.',
    'Sign in with a browser at the address in the message.',
  ),
  PREMIUM_REQUIRED: entry(
    'caller',
    403,
    'The account of the player may not be controlled from outside: Spotify wants Premium for that.',
    'Sign in with a Premium account.',
  ),
  PLAYER_IDLE: entry(
    'caller',
    409,
    'Nothing plays, and no device of the player is active.',
    'Name a device that is to play; the function `devices` lists them.',
  ),
  PLAYER_DEVICE_MISSING: entry(
    'caller',
    404,
    'The player has no device of that name, or it is switched off.',
    'Switch it on, or name one of those that the message lists.',
  ),
  PLAYER_REFUSED: entry(
    'instrument',
    409,
    'The device of the player does not do this, or not now.',
    'Do it at the device itself, or use another one.',
  ),
  QUERY_INTERRUPTED: entry(
    'caller',
    409,
    'A message was sent before the response to the one before was read, which is lost (SCPI -410).',
    'Read each response before the next message is sent.',
  ),
  QUERY_UNTERMINATED: entry(
    'caller',
    409,
    'A response was read where no complete query was sent (SCPI -420).',
    'Send a query with its end first; declare `reply` where this instrument answers other messages.',
  ),
  QUERY_DEADLOCKED: entry(
    'caller',
    409,
    'A response filled the output queue and was not read, so the rest of it is lost (SCPI -430).',
    'Read responses as they come, or ask for less at a time.',
  ),
  STATE_UNREADABLE: entry(
    'signalbox',
    500,
    'A file in which the gateway keeps its state cannot be opened, or is damaged.',
    'Look at the disk, and at who owns the file.',
  ),
  DATABASE_CONSTRAINT: entry(
    'caller',
    409,
    'A row breaks a rule of its table: its key is there already, or a value is missing or of the wrong type.',
    'Change the row, or update the one that is there; nothing of the transaction was done.',
  ),
  DATABASE_BUSY: entry(
    'signalbox',
    503,
    'Others held the database for too long, or all of its connections were taken; nothing was done.',
    'Try again; look for a program that keeps a transaction open.',
  ),
  DATABASE_FULL: entry(
    'signalbox',
    507,
    'There is no room left for the database; nothing of the transaction was done.',
    'Free some disk space, or keep values for a shorter time; recording goes on by itself.',
  ),
  DATABASE_READ_ONLY: entry(
    'signalbox',
    503,
    'The database can be read but not written.',
    'Look at who owns its file and folder, or whether its server is a standby.',
  ),
  DATABASE_UNREACHABLE: entry(
    'link',
    503,
    'The server of the database does not answer, refuses the connection, or the connection broke.',
    'Look at whether the server runs, and at the address, user and password that it is given.',
  ),
  DATABASE_FAILED: entry(
    'signalbox',
    500,
    'The database could not do what it was asked: reading or writing failed, or a statement is wrong.',
    'Look at the message, at the disk, and at the log of the server.',
  ),
  JOB_RUNNING: entry(
    'caller',
    409,
    'A job or alarm runs already; it never runs twice at the same time.',
    'Wait until it has ended, or stop it.',
  ),
  CONDITION_FAILED: entry(
    'instrument',
    409,
    'A value was not what a condition of a job asks for, so the rest of it was not done.',
    'Look at the value; change the condition, or say else = "skip" where it is no fault.',
  ),
  ALARM_FAILED: entry(
    'instrument',
    502,
    'An alarm could not ring: its player or device could not be used in time.',
    'The reason says what failed; name a fallbackDevice that is always on.',
  ),
  NOTICE_FAILED: entry(
    'link',
    502,
    'A message about an alert could not be sent; it is tried again for a day.',
    'Look at what the way says in `signalbox alerts`, and try it with `signalbox alerts test`.',
  ),
  NOTICE_REFUSED: entry(
    'link',
    502,
    'A receiver does not take a message about an alert, whenever it is sent.',
    'Look at what the receiver expects; the message is not sent again.',
  ),
  INTERNAL: entry(
    'signalbox',
    500,
    'Signalbox itself failed.',
    'Report it with the log; `signalbox logs` shows it.',
  ),
};
