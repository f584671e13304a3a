"""One program with several plugins, each in a thread, as PyMoDAQ has them: a viewer of the scope, a mover
of the generator, one of the PID's setpoint, and a viewer of the sampler, all at the same time.

usage: plugins.py [ROUNDS]
"""

import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../python"))

from signalbox import connect

rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
client = connect()
problems = []


def scope_viewer(at):
    trace = client.instrument("scope").call("scope_acquire", decimation=1, input_channel="in1", timeout=5)
    return len(trace["voltage"]) == 16_384


def generator_mover(at):
    client.instrument("generator").call(
        "asg_setup", channel="asg1", waveform="sin", frequency=1_000.0 + at, amplitude=0.1, offset=0.0,
        output_direct="off", trigger_source="immediately")
    return True


def pid_mover(at):
    setpoint = client.instrument("pid")
    setpoint.write("setpoint", at / 1_000)
    return abs(setpoint.read("setpoint") - at / 1_000) < 1e-3


def sampler_viewer(at):
    return abs(client.instrument("sampler").read("in1")) <= 1.0


def run(plugin):
    for at in range(rounds):
        try:
            if not plugin(at):
                problems.append(f"{plugin.__name__} got what it did not ask for")
        except Exception as error:
            problems.append(f"{plugin.__name__}: {error}")


plugins = [scope_viewer, generator_mover, pid_mover, sampler_viewer]
threads = [threading.Thread(target=run, args=(plugin,)) for plugin in plugins]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(f"{len(plugins)} plugins, {rounds} rounds each, {len(problems)} problems")
for problem in problems[:5]:
    print(problem)
sys.exit(1 if problems else 0)
