"""The command line."""

from fastavs.cli.main import main

__all__ = ["main"]
