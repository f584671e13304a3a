import { expect, test } from 'vitest';
import { alertPresets, alertRules, parseConfig } from '../../src/config/index.ts';
import { hasCode } from '../../src/kernel/index.ts';

/** What is said of a rule that cannot be. */
function complaint(rule: string): string {
  try {
    parseConfig(`[alerts.a]\n${rule}`, 'lab.toml');
    return '';
  } catch (error) {
    expect(hasCode(error, 'CONFIG_INVALID')).toBe(true);
    return (error as Error).message;
  }
}

test('a rule that lacks what its condition needs, or has what nobody reads, is refused with its key', () => {
  expect(complaint('parameter = "p"')).toMatch(/is: is missing|is is missing|is missing/);
  expect(complaint('is = "above"\nvalue = 1')).toContain('of which parameter');
  expect(complaint('is = "above"\nparameter = "p"')).toContain('is missing with is = "above"');
  expect(complaint('is = "above"\nparameter = "p"\nvalue = "1"')).toContain('must be a number');
  expect(complaint('is = "above"\nparameter = "p"\nvalue = 1\nlow = 2')).toContain('is not read');
  expect(complaint('is = "offline"\nparameter = "p"')).toContain('is not read');
  expect(complaint('is = "outside"\nparameter = "p"')).toContain('low, high or both');
  expect(complaint('is = "outside"\nparameter = "p"\nlow = 1\nhigh = 2\nhysteresis = 1')).toContain(
    'must be above low',
  );
  expect(
    complaint('is = "deviating"\nparameter = "p"\nfrom = 1\nby = 1\nhysteresis = 1'),
  ).toContain('would never clear');
  expect(complaint('is = "absent"\nparameter = "p"\nforS = 0')).toContain('more than 0');
  expect(complaint('preset = "miner-overheatng"')).toContain("did you mean 'miner-overheating'?");
  expect(complaint('is = "abov"\nparameter = "p"\nvalue = 1')).toContain('"above"');
  expect(complaint('parametr = "p"')).toContain("did you mean 'parameter'?");
});

test('every preset is a whole rule, and each key of it can be said otherwise', () => {
  for (const [name, preset] of Object.entries(alertPresets)) {
    const config = parseConfig(`[alerts.a]\npreset = "${name}"\nclearForS = 7`, 'lab.toml');
    const rule = alertRules(config.alerts).find((each) => each.name === 'a');
    expect(rule).toMatchObject({ ...preset, clearForS: 7 });
  }
});

test('what is built in is there without being written, and can be switched off or said otherwise', () => {
  const rules = (text: string): unknown =>
    alertRules(parseConfig(text, 'lab.toml').alerts).map(({ name, enabled, forS }) => [
      name,
      enabled,
      forS,
    ]);
  expect(rules('')).toEqual([
    ['instrument-offline', true, 60],
    ['recording-stopped', true, 0],
  ]);
  expect(
    rules(
      '[alerts.instrument-offline]\nforS = 5\n[alerts.recording-stopped]\nenabled = false\n[alerts.x]\npreset = "instrument-offline"',
    ),
  ).toEqual([
    ['instrument-offline', true, 5],
    ['recording-stopped', false, 0],
    ['x', true, 60],
  ]);
});
