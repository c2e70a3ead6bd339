"""``python -m fastavs``."""

from fastavs.cli import program

if __name__ == "__main__":
    program()
