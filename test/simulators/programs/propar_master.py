"""A ProPar master of its own, on python3-serial: no code of the product is in it.

Sends the messages given as `MODE NODE HEX` lines on standard input and prints what each was answered
with, as `NODE HEX`, `error CODE` or `nothing`. MODE is binary or ascii, HEX the message.
"""

import sys
import time

import serial

DLE, STX, ETX = 0x10, 0x02, 0x03


def binary_frame(sequence, node, message):
    content = bytes([sequence, node, len(message)]) + message
    return bytes([DLE, STX]) + content.replace(b"\x10", b"\x10\x10") + bytes([DLE, ETX])


def binary_answer(port, deadline):
    content, escaped = None, False
    while time.monotonic() < deadline:
        for byte in port.read(1):
            if escaped:
                escaped = False
                if byte == STX:
                    content = bytearray()
                elif byte == ETX and content is not None:
                    return bytes(content)
                elif byte == DLE and content is not None:
                    content.append(DLE)
                else:
                    content = None
            elif byte == DLE:
                escaped = True
            elif content is not None:
                content.append(byte)
    return None


def ask_binary(port, sequence, node, message, timeout):
    port.write(binary_frame(sequence, node, message))
    deadline = time.monotonic() + timeout
    while True:
        answer = binary_answer(port, deadline)
        if answer is None:
            return "nothing"
        if answer[0] != sequence:
            continue
        if answer[2] == 0:
            return f"error {answer[3]}"
        if answer[2] != len(answer) - 3:
            continue
        return f"{answer[1]} {answer[3:].hex().upper()}"


def ask_ascii(port, node, message, timeout):
    line = (bytes([len(message) + 1, node]) + message).hex().upper()
    port.write(b":" + line.encode() + b"\r\n")
    deadline = time.monotonic() + timeout
    answer = b""
    while not answer.endswith(b"\r\n"):
        if time.monotonic() > deadline:
            return "nothing"
        answer += port.read(1)
    content = bytes.fromhex(answer.strip()[1:].decode())
    if content[0] == 1:
        return f"error {content[1]}"
    if content[0] != len(content) - 1:
        return "nothing"
    return f"{content[1]} {content[2:].hex().upper()}"


def main():
    path, timeout = sys.argv[1], float(sys.argv[2])
    with serial.serial_for_url(path, 38400, timeout=0.01) as port:
        for sequence, line in enumerate(sys.stdin):
            mode, node, message = line.split()
            arguments = (int(node), bytes.fromhex(message), timeout)
            if mode == "binary":
                print(ask_binary(port, sequence % 256, *arguments))
            else:
                print(ask_ascii(port, *arguments))


main()
