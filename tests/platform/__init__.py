"""Checks of what platform teams install: tools, images, packages. Opt-in beyond what the contract tests use."""
