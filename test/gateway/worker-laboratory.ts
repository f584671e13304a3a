import { fileURLToPath } from 'node:url';
import { python, pythonFolder } from '../python/run-unittest.ts';

const driver = fileURLToPath(new URL('programs/bench_driver.py', import.meta.url));

/** The module of a driver for Node. */
export const nodeDriver: string = fileURLToPath(
  new URL('programs/bench-driver.ts', import.meta.url),
);

/** A Python library with two devices, each an instrument on a port of its own, and a meter beside it. */
export const workerLaboratory = `
[simulators.meter]
kind = "multimeter"
[ports.meter]
simulator = "meter"
protocol = "lines"
[instruments.meter]
port = "meter"
driver = "scpi"
[instruments.meter.parameters]
voltage = { query = "MEAS:VOLT:DC?", unit = "V" }

[workers.bench]
command = ["${python}", "-m", "signalbox.worker", "${driver}"]
environment = { PYTHONPATH = "${pythonFolder}", PYTHONDONTWRITEBYTECODE = "1" }
[ports.scope]
worker = "bench"
protocol = "calls"
[ports.generator]
worker = "bench"
protocol = "calls"
[instruments.scope]
port = "scope"
driver = "worker"
title = "Scope"
[instruments.scope.parameters.gain]
read = "status"
write = "configure"
arguments = { channel = 2 }
valueArgument = "gain"
field = "gain"
type = "integer"
minimum = 1
maximum = 20
[instruments.scope.parameters.channel]
read = "status"
arguments = { channel = 2 }
field = "channel"
type = "integer"
[instruments.generator]
port = "generator"
driver = "worker"
timeoutMs = 20000
[instruments.generator.parameters]
frequency = { read = "status", write = "configure", valueArgument = "frequency", field = "frequency", unit = "Hz", maximum = 62.5e6 }
shape = { read = "status", write = "configure", valueArgument = "shape", field = "shape", type = "string", choices = ["sine", "square"] }
running = { read = "status", write = "configure", valueArgument = "running", field = "running", type = "boolean" }
`;
