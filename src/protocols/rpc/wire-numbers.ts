/** The numbers in the heads of messages. RFC 5531, section 9. */
export const messageTypes: { readonly call: 0; readonly reply: 1 } = { call: 0, reply: 1 };

export const replyStates: { readonly accepted: 0; readonly denied: 1 } = { accepted: 0, denied: 1 };

export const acceptStates: {
  readonly success: 0;
  readonly programUnavailable: 1;
  readonly programMismatch: 2;
  readonly procedureUnavailable: 3;
  readonly garbageArguments: 4;
  readonly systemError: 5;
} = {
  success: 0,
  programUnavailable: 1,
  programMismatch: 2,
  procedureUnavailable: 3,
  garbageArguments: 4,
  systemError: 5,
};

export const rejectStates: { readonly rpcMismatch: 0; readonly authenticationError: 1 } = {
  rpcMismatch: 0,
  authenticationError: 1,
};
