/** A bus of three flow controllers and a multimeter, with a door for programs in Python. */
export const pythonLaboratory = `
[simulators.bus]
kind = "propar"
nodes = [
  { address = 3, userTag = "three", serial = "M0000003A" },
  { address = 5, userTag = "five", channels = 2 },
  { address = 6, userTag = "six" },
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
[instruments.three]
port = "bus"
driver = "bronkhorst"
node = 3
socket = 0
[instruments.five]
port = "bus"
driver = "bronkhorst"
node = 5
[instruments.six]
port = "bus"
driver = "bronkhorst"
node = 6
[instruments.absent]
port = "bus"
driver = "bronkhorst"
node = 9
[instruments.meter]
port = "meter"
driver = "scpi"
socket = 0
[instruments.meter.parameters]
voltage = { query = "MEAS:VOLT:DC?", unit = "V" }
[hislip]
port = 0
[vxi11]
portmapper = false
`;
