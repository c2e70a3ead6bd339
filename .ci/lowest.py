"""Print the lowest version of every dependency that pyproject.toml promises, one a line, as constraints for pip."""

import re
import sys
import tomllib

with open(sys.argv[1] if len(sys.argv) > 1 else "pyproject.toml", "rb") as file:
    project = tomllib.load(file)["project"]
for one in [*project["dependencies"], *project["optional-dependencies"]["test"]]:
    found = re.fullmatch(r"([A-Za-z0-9-]+)>=([0-9.]+)", one)
    if found is None:
        sys.exit(f"no lowest version: {one}")
    name, version = found.groups()
    print(f"{name}=={version}")
print("pyparsing<3.3")  # later ones warn of how matplotlib 3.9 calls them, and warnings are errors in tests
