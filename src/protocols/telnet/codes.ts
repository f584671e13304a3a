/** What follows a byte 255 that is no data. RFC 854, "TELNET command structure". */
export const telnetCommands: {
  readonly subnegotiationEnd: 240;
  readonly noOperation: 241;
  readonly dataMark: 242;
  readonly break: 243;
  readonly interruptProcess: 244;
  readonly abortOutput: 245;
  readonly areYouThere: 246;
  readonly eraseCharacter: 247;
  readonly eraseLine: 248;
  readonly goAhead: 249;
  readonly subnegotiation: 250;
} = {
  subnegotiationEnd: 240,
  noOperation: 241,
  dataMark: 242,
  break: 243,
  interruptProcess: 244,
  abortOutput: 245,
  areYouThere: 246,
  eraseCharacter: 247,
  eraseLine: 248,
  goAhead: 249,
  subnegotiation: 250,
};

/** Announces a command; as data it is doubled. RFC 854. */
export const interpretAsCommand = 255;

/** What is said of an option. RFC 854. */
export type TelnetVerb = 'will' | 'wont' | 'do' | 'dont';

/** The bytes of the verbs. RFC 854. */
export const telnetVerbs: Readonly<Record<TelnetVerb, number>> = {
  will: 251,
  wont: 252,
  do: 253,
  dont: 254,
};

/** Options that matter to serial lines. RFC 856, 857, 858 and 2217. */
export const telnetOptions: {
  readonly binary: 0;
  readonly echo: 1;
  readonly suppressGoAhead: 3;
  readonly comPort: 44;
} = { binary: 0, echo: 1, suppressGoAhead: 3, comPort: 44 };
