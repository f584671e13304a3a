import type { Socket } from 'node:net';
import {
  encodeComPort,
  parseComPort,
  telnetOptions,
  TelnetStream,
} from '../../../src/protocols/index.ts';
import type { ComPortCommand } from '../../../src/protocols/index.ts';
import { LoopbackServer } from '../tcp/loopback-server.ts';

const { binary, suppressGoAhead, comPort } = telnetOptions;

export interface Script {
  /** What it does not agree to. @default nothing */
  readonly refused?: readonly number[];
  /** What it answers to a command, undefined for nothing. @default the same */
  readonly answer?: (command: ComPortCommand) => ComPortCommand | undefined;
  /** What it does with data. @default gives it back */
  readonly data?: (data: Uint8Array, client: ScriptedClient) => void;
}

/** A client of a scripted server. */
export interface ScriptedClient {
  readonly socket: Socket;
  /** As data. */
  send(data: Uint8Array): void;
  say(command: ComPortCommand): void;
}

/** A serial server that does as its script says; `clients` grows with each that comes. */
export async function serveScript(
  script: Script = {},
): Promise<{ server: LoopbackServer; clients: ScriptedClient[] }> {
  const clients: ScriptedClient[] = [];
  const server = await LoopbackServer.listen((socket) => clients.push(serve(socket, script)));
  return { server, clients };
}

function serve(socket: Socket, script: Script): ScriptedClient {
  const options = [binary, suppressGoAhead, comPort].filter(
    (option) => script.refused?.includes(option) !== true,
  );
  const telnet = new TelnetStream({ local: options, remote: options });
  const client: ScriptedClient = {
    socket,
    send: (data) => void socket.write(telnet.encode(data)),
    say: (command) => void socket.write(encodeComPort(command, 'server')),
  };
  const give = script.data ?? ((data) => client.send(data));
  socket.on('data', (chunk) => {
    const { events, reply } = telnet.push(chunk);
    if (reply.length > 0) socket.write(reply);
    for (const event of events) {
      if (event.kind === 'data') give(event.data, client);
      if (event.kind !== 'subnegotiation') continue;
      const command = parseComPort(event.data, 'client');
      if (command.kind === 'malformed') continue;
      const answer = script.answer === undefined ? command : script.answer(command);
      if (answer !== undefined) client.say(answer);
    }
  });
  return client;
}
