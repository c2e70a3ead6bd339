"""The command line."""

from fastavs.cli.main import main
from fastavs.cli.program import program

__all__ = ["main", "program"]
