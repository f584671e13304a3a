import { describe, expect, it } from 'vitest';
import { loadConfig, parseConfig } from '../../src/config/index.ts';
import { hasCode, isSignalboxError } from '../../src/kernel/index.ts';

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
      "lab.toml:5: instruments.a.port: no port 'buss'; there are bus",
    ],
    [
      'a driver that does not exist',
      `${port}[instruments.a]\nport = "bus"\ndriver = "visa"\n`,
      'lab.toml:6: instruments.a.driver: must be one of "bronkhorst", "scpi"',
    ],
    [
      'a port without an address',
      '[ports.bus]\nprotocol = "lines"\n',
      'lab.toml:1: ports.bus: exactly one of serial, tcp and simulator',
    ],
    [
      'an instrument on a port of another protocol',
      `${port}[instruments.a]\nport = "bus"\ndriver = "scpi"\n`,
      'lab.toml:5: instruments.a.port: a scpi instrument needs a port with protocol "lines"',
    ],
    ['what is no TOML', 'a = [\nb', 'lab.toml:2: '],
  ])('with %s is refused with file, line and what is allowed', (_what, toml, message) => {
    expect(messageOf(toml)).toContain(message);
  });

  it('lists every problem at once', () => {
    const lines = messageOf('[http]\nport = "x"\n[gateway]\nname = 3\n').split('\n');
    expect(lines).toHaveLength(2);
  });

  it('that is not there is named', async () => {
    const error = await loadConfig('/nowhere/lab.toml').catch((thrown: unknown) => thrown);
    expect(hasCode(error, 'CONFIG_UNREADABLE')).toBe(true);
    expect(String(error)).toContain('/nowhere/lab.toml does not exist');
  });
});
