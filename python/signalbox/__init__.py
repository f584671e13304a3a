"""Instruments shared by any number of programs, from Python."""
