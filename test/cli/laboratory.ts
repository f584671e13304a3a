/** A bus of two instruments and a multimeter, simulated on real wires. */
export const laboratory = `
[gateway]
name = "bench"

[simulators.bus]
kind = "propar"
nodes = [
  { address = 3, userTag = "nitrogen", fluid = "N2", capacity = 500, unit = "mln/min" },
  { address = 5, userTag = "air" },
]
[simulators.meter]
kind = "multimeter"

[ports.bus]
simulator = "bus"
protocol = "propar"
virtualPorts = ["bus-1"]
[ports.meter]
simulator = "meter"
protocol = "lines"

[instruments.nitrogen]
port = "bus"
driver = "bronkhorst"
node = 3
[instruments.multimeter]
port = "meter"
driver = "scpi"
socket = 0
[instruments.multimeter.parameters]
voltage = { query = "MEAS:VOLT:DC?", unit = "V" }
`;
