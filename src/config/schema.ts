import { z } from 'zod';
import { alertsSchema } from './alerts-config.ts';
import { checkReferences } from './check-references.ts';
import type { Config } from './config.ts';
import { csvLogSchema } from './csv-log-config.ts';
import { discoverySchema } from './discovery-config.ts';
import { name, table } from './fields.ts';
import { gatewaySchema, hislipSchema, httpSchema, vxi11Schema } from './gateway-config.ts';
import { instrumentSchema } from './instrument-config.ts';
import { metricsSchema } from './metrics-config.ts';
import { waysSchema } from './notify-config.ts';
import { minersSchema } from './miners-config.ts';
import { portSchema } from './port-config.ts';
import { recorderSchema } from './recorder-config.ts';
import { runtimesSchema } from './runtimes-config.ts';
import { alarmSchema, jobSchema, schedulesSchema } from './schedules-config.ts';
import { simulatorSchema } from './simulator-config.ts';
import { tracingSchema } from './tracing-config.ts';
import { workerSchema } from './worker-config.ts';

const factorMost = 1_000_000;
const gasFactors = z.record(
  z.string().min(1),
  z.record(z.string().min(1), z.number().positive().max(factorMost)),
);

/** Checks a configuration and fills in its defaults. */
export const configSchema: z.ZodType<Config> = table({
  gateway: gatewaySchema.prefault({}),
  http: httpSchema.prefault({}),
  hislip: hislipSchema.optional(),
  vxi11: vxi11Schema.optional(),
  discovery: discoverySchema.prefault({}),
  metrics: metricsSchema.prefault({}),
  tracing: tracingSchema.optional(),
  workers: z.record(name, workerSchema).default({}),
  ports: z.record(name, portSchema).default({}),
  instruments: z.record(name, instrumentSchema).default({}),
  miners: minersSchema.prefault({}),
  runtimes: runtimesSchema.optional(),
  gasFactors: gasFactors.default({}),
  csvLogs: z.record(name, csvLogSchema).default({}),
  recorder: recorderSchema.optional(),
  schedules: schedulesSchema.prefault({}),
  alarms: z.record(name, alarmSchema).default({}),
  jobs: z.record(name, jobSchema).default({}),
  alerts: alertsSchema,
  notify: waysSchema,
  simulators: z.record(name, simulatorSchema).default({}),
}).superRefine((config, context) => {
  for (const { path, message } of checkReferences(config)) {
    context.addIssue({ code: 'custom', path: [...path], message });
  }
});
