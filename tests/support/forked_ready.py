"""Imported once by the process that commands are forked from: all that they import."""

from importlib import import_module

from tests.support.forked import modules

for name in modules():
    import_module(name)
