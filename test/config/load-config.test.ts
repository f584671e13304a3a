import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, parseConfig, problemsMost } from '../../src/config/index.ts';
import { hasCode, isSignalboxError } from '../../src/kernel/index.ts';
import { count } from '../support/count.ts';
import { randomFrom } from '../support/random.ts';

function messageOf(toml: string): string {
  try {
    parseConfig(toml, 'lab.toml');
  } catch (error) {
    if (isSignalboxError(error)) return error.message;
    throw error;
  }
  return 'no error';
}

const port = '[ports.bus]\nserial = "/dev/ttyUSB0"\nprotocol = "propar"\n';

describe('a configuration', () => {
  it('is filled with defaults', () => {
    const config = parseConfig(port, 'lab.toml');
    expect(config.http).toMatchObject({ host: '127.0.0.1', port: 5_001, enabled: true });
    expect(config.ports['bus']).toMatchObject({ mode: 'binary', virtualPorts: [] });
  });

  it('has drivers that run by themselves, under one id each, in at least one runtime', () => {
    const inline = (id: string): string =>
      `[[runtimes.inline.actors]]\nid = "${id}"\nmodule = "a.mjs"\n`;
    const isolated = (id: string): string => inline(id).replace('inline', 'isolated');
    expect(parseConfig(inline('a') + isolated('b'), 'lab.toml').runtimes).toMatchObject({
      inline: { enabled: true, actors: [{ id: 'a', isolation: 'process', settings: {} }] },
      isolated: { enabled: true, actors: [{ id: 'b' }] },
    });
    expect(messageOf(inline('a') + isolated('a'))).toContain(
      "'a' is the id of an actor in inline already",
    );
    expect(messageOf('[runtimes.inline]\nenabled = false\n')).toContain('no runtime is enabled');
    expect(messageOf('[runtimes]\n')).toContain('no runtime is enabled');
  });

  it.each([
    [
      'an unknown key',
      `${port}baudrate = 38400\n`,
      "lab.toml:4: ports.bus: unknown key 'baudrate'",
    ],
    [
      'a value that is not allowed',
      '[ports.bus]\nserial = "x"\n\nprotocol = "modbus"\n',
      'lab.toml:4: ports.bus.protocol: must be one of "propar", "lines", "gap"',
    ],
    [
      'a number out of its limits',
      '[http]\nport = 70000\n',
      'lab.toml:2: http.port: must be at most 65535',
    ],
    ['a wrong type', '[http]\nport = "x"\n', 'lab.toml:2: http.port: must be a number'],
    [
      'a port that does not exist',
      `${port}[instruments.a]\nport = "buss"\ndriver = "bronkhorst"\nnode = 3\n`,
      "lab.toml:5: instruments.a.port: no port 'buss'; did you mean 'bus'?",
    ],
    [
      'a driver that does not exist',
      `${port}[instruments.a]\nport = "bus"\ndriver = "visa"\n`,
      'lab.toml:6: instruments.a.driver: must be one of "bronkhorst", "scpi", "red-pitaya"',
    ],
    [
      'a port without an address',
      '[ports.bus]\nprotocol = "lines"\n',
      'lab.toml:1: ports.bus: exactly one of serial, tcp, visa, simulator, worker and http',
    ],
    [
      'an instrument on a port of another protocol',
      `${port}[instruments.a]\nport = "bus"\ndriver = "scpi"\n`,
      'lab.toml:5: instruments.a.port: a scpi instrument needs a port with protocol "lines"',
    ],
    [
      'a Red Pitaya on a port whose messages end otherwise',
      '[ports.p]\ntcp = "rp:5000"\nprotocol = "lines"\n[instruments.a]\nport = "p"\ndriver = "red-pitaya"\n',
      'lab.toml:5: instruments.a.port: a red-pitaya instrument needs a port with terminator = "\\r\\n"',
    ],
    [
      'a Red Pitaya that is used in both ways',
      '[workers.w]\ncommand = ["python3", "-m", "signalbox.red_pitaya", "--hostname", "RP.lab"]\n' +
        '[ports.p]\ntcp = "rp.lab:5000"\nprotocol = "lines"\nterminator = "\\r\\n"\n' +
        '[instruments.a]\nport = "p"\ndriver = "red-pitaya"\n',
      'lab.toml:8: instruments.a.port: instrument a cannot have the Red Pitaya rp.lab: worker w uses it through PyRPL',
    ],
    ['what is no TOML', 'a = [\nb', 'lab.toml:2: '],
    [
      'a key in another spelling',
      `${port}baud_rate = 9600\n`,
      "lab.toml:4: ports.bus: unknown key 'baud_rate'; did you mean 'baudRate'?",
    ],
    [
      'a table in another spelling',
      '\n[port.bus]\nserial = "x"\n',
      "lab.toml:2: unknown key 'port'; did you mean 'ports'?",
    ],
    [
      'a key that is like no other',
      '[http]\ncolour = "red"\n',
      "lab.toml:2: http: unknown key 'colour'; allowed are enabled, host, port, tokenFile,",
    ],
    [
      'a key of another protocol',
      '[ports.x]\nserial = "x"\nprotocol = "lines"\nmode = "ascii"\n',
      "lab.toml:4: ports.x: unknown key 'mode'; allowed are serial, tcp, visa,",
    ],
    [
      'what is missing',
      `${port}[instruments.a]\nport = "bus"\ndriver = "bronkhorst"\n`,
      'lab.toml:4: instruments.a.node: is missing; it must be a number',
    ],
    [
      'no protocol',
      '[ports.bus]\nserial = "x"\n',
      'lab.toml:1: ports.bus.protocol: is missing; it must be one of "propar", "lines", "gap"',
    ],
    [
      'a misspelt value',
      '[ports.bus]\nserial = "x"\nprotocol = "line"\n',
      'lab.toml:3: ports.bus.protocol: must be one of "lines", "propar", "gap", "calls", "http", "cgminer", not "line"',
    ],
    [
      'a broken number',
      '[ports.bus]\nserial = "x"\nprotocol = "lines"\ntimeoutMs = 1.5\n',
      'lab.toml:4: ports.bus.timeoutMs: must be a whole number, not 1.5',
    ],
    [
      'settings of a serial line on a network',
      '[ports.bus]\ntcp = "host:1"\nprotocol = "lines"\nparity = "even"\n',
      'lab.toml:4: ports.bus.parity: is of a serial line; a serial server has settings of its own',
    ],
    [
      'a serial server where a device should be',
      '[ports.bus]\nserial = "tcp://host:1"\nprotocol = "lines"\n',
      'lab.toml:2: ports.bus.serial: must be a device path; a serial server goes to the key tcp',
    ],
    [
      'an address without a port',
      '[ports.bus]\ntcp = "host"\nprotocol = "lines"\n',
      'lab.toml:2: ports.bus.tcp: must be host:port or tcp://host:port, not "host"',
    ],
    [
      'a port beyond the last',
      '[ports.bus]\ntcp = "host:99999"\nprotocol = "lines"\n',
      'lab.toml:2: ports.bus.tcp: with a port from 1 to 65535',
    ],
    [
      'a VISA name that means nothing',
      '[ports.a]\nvisa = "TCPIP::::INSTR"\nprotocol = "lines"\n',
      'lab.toml:2: ports.a.visa: ',
    ],
    [
      'a GPIB address that nothing leads to',
      '[ports.a]\nvisa = "GPIB0::12::INSTR"\nprotocol = "lines"\n',
      'lab.toml:2: ports.a.visa: GPIB0::12::INSTR cannot be opened: nothing says how its bus is reached',
    ],
    [
      'an adapter for what is not on GPIB',
      '[ports.a]\nvisa = "TCPIP::h::5025::SOCKET"\nprologix = "h"\nprotocol = "lines"\n',
      'lab.toml:2: ports.a.visa: TCPIP0::h::5025::SOCKET cannot be opened: only a GPIB address is reached through a Prologix adapter',
    ],
    [
      'an adapter for nothing',
      '[ports.a]\ntcp = "h:1"\nprologix = "h"\nprotocol = "lines"\n',
      'lab.toml:3: ports.a.prologix: is for a GPIB address in the key visa',
    ],
    [
      'a VISA library for nothing',
      '[ports.a]\ntcp = "h:1"\nvisaLibrary = true\nprotocol = "lines"\n',
      'lab.toml:3: ports.a.visaLibrary: is for a name in the key visa',
    ],
    [
      'two ways to one instrument',
      '[ports.a]\nvisa = "GPIB0::1::INSTR"\nprologix = "h"\nvisaLibrary = true\nprotocol = "lines"\n',
      'lab.toml:3: ports.a.prologix: and visaLibrary are two ways to one instrument: one of them',
    ],
    [
      'bytes for an instrument that has messages',
      '[ports.a]\nvisa = "TCPIP::h::hislip0::INSTR"\nprotocol = "propar"\n',
      'lab.toml:3: ports.a.protocol: instruments at TCPIP::h::hislip0::INSTR speak in messages: protocol = "lines"',
    ],
    [
      'a device clear where there is none',
      '[ports.a]\ntcp = "h:1"\nprotocol = "lines"\nresynchronization = "clear"\n',
      'lab.toml:4: ports.a.resynchronization: a device clear is for',
    ],
    [
      'a baud rate for an instrument on the network',
      '[ports.a]\nvisa = "TCPIP::h::INSTR"\nprotocol = "lines"\nbaudRate = 9600\n',
      'lab.toml:4: ports.a.baudRate: is of a serial line',
    ],
    [
      'a serial server without a port',
      '[ports.a]\nserial = "rfc2217://host"\nprotocol = "lines"\n',
      'lab.toml:2: ports.a.serial: must be rfc2217://host:port',
    ],
    [
      'one wire for two ports under two names',
      '[ports.a]\ntcp = "h:5025"\nprotocol = "lines"\n[ports.b]\nvisa = "tcpip::h::5025::socket"\nprotocol = "lines"\n',
      "lab.toml:5: ports.b.visa: wire 'h:5025' is that of ports.a already",
    ],
    [
      'one wire for two ports',
      `${port}[ports.other]\nserial = "/dev/ttyUSB0"\nprotocol = "lines"\n`,
      "lab.toml:5: ports.other.serial: wire '/dev/ttyUSB0' is that of ports.bus already",
    ],
    [
      'one address of a bus for two ports',
      '[ports.a]\nvisa = "GPIB0::1::INSTR"\nprologix = "h"\nprotocol = "lines"\n[ports.b]\nvisa = "gpib::1"\nprologix = "h:1234"\nprotocol = "lines"\n',
      "lab.toml:6: ports.b.visa: wire 'GPIB 1 at tcp://h:1234' is that of ports.a already",
    ],
    [
      'the adapter of a bus for a port of its own',
      '[ports.a]\nvisa = "GPIB0::1::INSTR"\nprologix = "/dev/ttyUSB0"\nprotocol = "lines"\n[ports.b]\nserial = "/dev/ttyUSB0"\nprotocol = "lines"\n',
      "lab.toml:6: ports.b.serial: wire '/dev/ttyUSB0' is that of ports.a already",
    ],
    [
      'one virtual serial port for two ports',
      `${port}virtualPorts = ["a"]\n[ports.b]\nserial = "y"\nprotocol = "gap"\nvirtualPorts = [\n"c",\n"a"]\n`,
      "lab.toml:10: ports.b.virtualPorts.1: virtual serial port 'a' is that of ports.bus already",
    ],
    [
      'a name that cannot be one',
      '[ports."1 bus"]\nserial = "x"\nprotocol = "lines"\n',
      'lab.toml:1: ports.1 bus: must be a name: a letter, then letters, digits, - and _',
    ],
    [
      'the name of something that every table has',
      `${port}[instruments.a]\nport = "constructor"\ndriver = "bronkhorst"\nnode = 3\n`,
      "lab.toml:5: instruments.a.port: no port 'constructor'; there are bus",
    ],
    [
      'a raw socket that other machines can reach, without saying so',
      '[ports.m]\ntcp = "h:1"\nprotocol = "lines"\n[instruments.m]\nport = "m"\ndriver = "scpi"\nsocket = 5025\nsocketHost = "0.0.0.0"\n',
      'lab.toml:8: instruments.m.socketHost: 0.0.0.0 can be reached from other machines, and a raw socket asks for no token',
    ],
    [
      'an HTTP door that other machines can reach, without a token',
      '[http]\nport = 80\nhost = "::"\n',
      'lab.toml:3: http.host: :: can be reached from other machines, so a token is required: name a tokenFile',
    ],
    [
      'no regular expression',
      '[ports.m]\ntcp = "h:1"\nprotocol = "lines"\n[instruments.m]\nport = "m"\ndriver = "scpi"\nreply = "pattern"\nreplyPattern = "("\n',
      'lab.toml:8: instruments.m.replyPattern: must be a regular expression',
    ],
    [
      'a fault of a node that is not there',
      '[simulators.b]\nkind = "propar"\nnodes = [{ address = 3 }]\n[[simulators.b.faults]]\nkind = "drop"\n[[simulators.b.faults]]\nkind = "drop"\nnode = 4\n',
      'lab.toml:8: simulators.b.faults.1.node: there is no node 4; there are 3',
    ],
    [
      'a fault in a list over several lines',
      '[simulators.b]\nkind = "propar"\nnodes = [\n  { address = 3 },\n  { address = 300 },\n]\n',
      'lab.toml:5: simulators.b.nodes.1.address: must be at most 127, not 300',
    ],
    [
      'a simulator that speaks another protocol',
      '[simulators.m]\nkind = "multimeter"\n[ports.m]\nsimulator = "m"\nprotocol = "propar"\n',
      'lab.toml:4: ports.m.simulator: simulator \'m\' is a multimeter, which speaks protocol "lines"',
    ],
    [
      'a placeholder that stands for nothing',
      '[csvLogs.a]\nfolder = "x"\ninstruments = ["a"]\nparameters = ["b"]\nfileName = "{tag}.csv"\n',
      'lab.toml:5: csvLogs.a.fileName: must have no other placeholders than {userTag}',
    ],
    [
      'a log of an instrument that does not exist',
      '[csvLogs.a]\nfolder = "x"\ninstruments = ["a"]\nparameters = ["b"]\n',
      "lab.toml:3: csvLogs.a.instruments.0: no instrument 'a'; there is no instrument",
    ],
  ])('with %s is refused with file, line and what is allowed', (_what, toml, message) => {
    expect(messageOf(toml)).toContain(message);
  });

  it('lists every problem at once', () => {
    const lines = messageOf('[http]\nport = "x"\n[gateway]\nname = 3\n').split('\n');
    expect(lines).toHaveLength(2);
  });

  it('names problems in the order of their lines, and no more than anybody reads', () => {
    const keys = Array.from({ length: problemsMost + 10 }, (_, index) => `key${index} = 1`);
    const lines = messageOf(`[http]\n${keys.join('\n')}\n`).split('\n');
    expect(lines).toHaveLength(problemsMost);
    expect(lines.map((line) => Number(line.split(':')[1]))).toEqual(
      lines.map((_, index) => index + 2),
    );
  });

  it.each(['serial = "x"', 'tcp = "[::1]:4001"', 'tcp = "tcp://serial-server:4001"'])(
    'may say %s',
    (place) => {
      expect(messageOf(`[ports.bus]\n${place}\nprotocol = "propar"\n`)).toBe('no error');
    },
  );

  it('names the line of a key that stands twice', () => {
    const text = '[simulators.bus]\nkind = "multimeter"\nkind = "propar"\n';
    expect(messageOf(text)).toMatch(/^lab\.toml:3: ./);
  });

  it('names the line of a key that stands twice in a table that is continued', () => {
    const text = 'simulators.bus.kind = "multimeter"\n[simulators.bus]\nkind = "propar"\n';
    expect(messageOf(text)).toMatch(/^lab\.toml:[23]: ./);
  });

  it('whatever is written over it has a problem with a line, or none', () => {
    const random = randomFrom(3);
    const good = readFileSync(
      new URL('../../examples/demonstration/lab.toml', import.meta.url),
      'utf8',
    );
    const pieces = ['"', '[', ']', '=', '\n', '{', '}', '-1', 'true', '1e9', 'port', '.', "'", '#'];
    for (let turn = 0; turn < count(3_000); turn += 1) {
      let text = good;
      for (let change = Math.ceil(random() * 3); change > 0; change -= 1) {
        const at = Math.floor(random() * text.length);
        const piece = pieces[Math.floor(random() * pieces.length)] ?? '';
        text = text.slice(0, at) + piece + text.slice(at + Math.floor(random() * 4));
      }
      const message = messageOf(text);
      if (message === 'no error') continue;
      for (const line of message.split('\n')) expect(line, text).toMatch(/^lab\.toml:\d+: ./);
    }
  });

  it('leads its relative paths on from its own folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-config-'));
    const file = join(folder, 'lab.toml');
    writeFileSync(
      file,
      'gateway.stateFolder = "state"\nhttp.tokenFile = "../token"\n[simulators.m]\nkind = "multimeter"\npath = "/abs"\n',
    );
    const { gateway, http, simulators } = await loadConfig(file);
    expect(gateway).toMatchObject({ stateFolder: join(folder, 'state'), runtimeFolder: undefined });
    expect(http.tokenFile).toBe(join(folder, '..', 'token'));
    expect(simulators['m']?.path).toBe('/abs');
    rmSync(folder, { recursive: true });
  });

  it('that is not there is named', async () => {
    const error = await loadConfig('/nowhere/lab.toml').catch((thrown: unknown) => thrown);
    expect(hasCode(error, 'CONFIG_UNREADABLE')).toBe(true);
    expect(String(error)).toContain('/nowhere/lab.toml does not exist');
  });
});
