import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  concatenate,
  encodeComPort,
  parseComPort,
  telnetOptions,
  TelnetStream,
} from '../../../src/protocols/index.ts';
import type { ComPortCommand, ComPortMessage } from '../../../src/protocols/index.ts';
import { toHex } from '../hex.ts';
import { startPython } from '../python.ts';

const { binary, suppressGoAhead, comPort } = telnetOptions;
const options = [binary, suppressGoAhead, comPort];
const allBytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/** Gives back all data, and confirms each setting but a baud rate of 12,345. */
function serveLine(socket: Socket, asked: ComPortMessage[]): void {
  const telnet = new TelnetStream({ local: options, remote: options });
  socket.write(telnet.ask('local', binary, true));
  socket.write(telnet.ask('remote', binary, true));
  socket.on('data', (chunk) => {
    const { events, reply } = telnet.push(chunk);
    socket.write(reply);
    for (const event of events) {
      if (event.kind === 'data') socket.write(telnet.encode(event.data));
      if (event.kind === 'option' && event.side === 'local' && event.option === comPort) {
        socket.write(encodeComPort({ kind: 'modem-state', state: 0xb0 }, 'server'));
      }
      if (event.kind !== 'subnegotiation') continue;
      const command = parseComPort(event.data, 'client');
      asked.push(command);
      if (command.kind === 'malformed') continue;
      const isRefused = command.kind === 'baud-rate' && command.baudRate === 12_345;
      const answer: ComPortCommand = isRefused ? { kind: 'baud-rate', baudRate: 19_200 } : command;
      socket.write(encodeComPort(answer, 'server'));
    }
  });
}

describe('RFC 2217 and pyserial', () => {
  it('its client uses a line through a telnet stream', async () => {
    const asked: ComPortMessage[] = [];
    const server = createServer({ noDelay: true }, (socket) => serveLine(socket, asked));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await using program = startPython(
      'rfc2217_client.py',
      String((server.address() as AddressInfo).port),
    );
    const results: unknown = JSON.parse(await program.line());
    server.close();
    const tail = Uint8Array.of(0x0d, 0, 0x0d, 0x0a, 0xff, 0xff, 0x0d);
    expect(results).toEqual({
      modem: [true, true, false, true],
      echo: toHex(concatenate([allBytes, tail])).replaceAll(' ', ''),
      refused: expect.stringContaining('baudrate'),
    });
    expect(asked).toEqual(
      expect.arrayContaining<ComPortMessage>([
        { kind: 'baud-rate', baudRate: 19_200 },
        { kind: 'data-bits', dataBits: 7 },
        { kind: 'parity', parity: 'even' },
        { kind: 'stop-bits', stopBits: 2 },
        { kind: 'control', control: 'flow-none' },
        { kind: 'control', control: 'break-on' },
        { kind: 'control', control: 'break-off' },
        { kind: 'control', control: 'dtr-off' },
        { kind: 'control', control: 'rts-off' },
        { kind: 'purge', purge: 'receive' },
        { kind: 'baud-rate', baudRate: 12_345 },
      ]),
    );
    expect(asked.filter(({ kind }) => kind === 'malformed')).toEqual([]);
  }, 60_000);

  it('its server serves a line to a telnet stream', async () => {
    await using program = startPython('rfc2217_server.py');
    const socket = connect(Number(await program.line()), '127.0.0.1');
    await once(socket, 'connect');
    const telnet = new TelnetStream({ local: options, remote: options });
    for (const option of [binary, comPort]) {
      socket.write(telnet.ask('local', option, true));
      socket.write(telnet.ask('remote', option, true));
    }
    const settings: readonly ComPortCommand[] = [
      { kind: 'baud-rate', baudRate: 38_400 },
      { kind: 'data-bits', dataBits: 8 },
      { kind: 'parity', parity: 'odd' },
      { kind: 'stop-bits', stopBits: 1 },
      { kind: 'control', control: 'rts-on' },
      { kind: 'purge', purge: 'both' },
    ];
    const confirmed: ComPortMessage[] = [];
    let data = '';
    let isAsked = false;
    for await (const chunk of socket as AsyncIterable<Uint8Array>) {
      const { events, reply } = telnet.push(chunk);
      socket.write(reply);
      for (const event of events) {
        if (event.kind === 'data') data += toHex(event.data);
        if (event.kind !== 'subnegotiation') continue;
        const message = parseComPort(event.data, 'server');
        if (message.kind !== 'modem-state') confirmed.push(message);
      }
      const isAgreed = options.every(
        (option) => option === suppressGoAhead || telnet.isOn('local', option),
      );
      if (isAgreed && !isAsked) {
        isAsked = true;
        for (const setting of settings) socket.write(encodeComPort(setting, 'client'));
        socket.write(telnet.encode(allBytes));
      }
      if (data.replaceAll(' ', '').length >= 512) break;
    }
    expect(data.replaceAll(' ', '')).toBe(toHex(allBytes).replaceAll(' ', ''));
    expect(confirmed).toEqual(settings);
    expect(JSON.parse(await program.line())).toEqual([38_400, 8, 'O', 1]);
  }, 60_000);
});
