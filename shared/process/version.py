"""The version of this release, as usher_build_info and the package state it."""

VERSION = "0.1.0"
