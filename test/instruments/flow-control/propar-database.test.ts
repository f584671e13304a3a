import { describe, expect, test } from 'vitest';

import { ProparDatabase } from '../../../src/instruments/index.ts';

describe('the database', () => {
  test('knows parameters by number, by name and by address', () => {
    const db = new ProparDatabase();
    expect(db.get_all_parameters()).toHaveLength(432);
    expect(db.get_parameter(205)).toMatchObject({ proc_nr: 33, parm_nr: 0, parm_type: 0x41 });
    expect(db.get_parameter(8).parm_type).toBe(0x22);
    expect(db.get_parameter(11).parm_type).toBe(0x21);
    expect(db.get_parameter(61)).toMatchObject({ parm_type: 0x60, parm_size: 8 });
    expect(db.get_parameters([8, 9]).map(({ parm_name }) => parm_name)).toEqual([
      'Measure',
      'Setpoint',
    ]);
    expect(db.get_parameters_like('USER tag').map(({ dde_nr }) => dde_nr)).toEqual([115]);
    expect(db.get_propar_parameter(1, 16)?.map(({ dde_nr }) => dde_nr)).toEqual([24, 146]);
    expect(db.get_propar_parameter(99, 99)).toBeNull();
    const counters = db.get_propar_parameters(104);
    expect(counters?.[1]?.map(({ parm_name }) => parm_name)).toEqual(['Counter Value']);
    expect(Object.keys(counters ?? {}).length).toBeGreaterThan(5);
    expect(db.get_propar_parameters(99)).toBeNull();
    expect(db.get_parameter_values(118)[0]).toEqual({ value: 0, description: 'off' });
    expect(() => db.get_parameter(9_999)).toThrow(/9999/);
  });
});
