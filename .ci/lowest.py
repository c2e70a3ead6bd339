"""Print the lowest version of every dependency that pyproject.toml promises, one a line, as constraints for pip."""

import re
import sys
import tomllib

with open(sys.argv[1] if len(sys.argv) > 1 else "pyproject.toml", "rb") as file:
    project = tomllib.load(file)["project"]
for one in [*project["dependencies"], *project["optional-dependencies"]["test"]]:
    name, version = re.fullmatch(r"([A-Za-z0-9-]+)>=([0-9.]+)", one).groups()
    print(f"{name}=={version}")
