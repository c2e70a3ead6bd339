"""An openly synthetic replica of the Russian study 2001-2020 (Shepotylo and Tarr 2012, WPS6161).

The trade data behind the paper are commercial. The replica has the shape and scale of that study and, computed by this
library, comes near its published averages, because its inputs are calibrated to them. It is not data on Russia.
"""

from fastavs.replica.checking import Figure, chapters_near, check
from fastavs.replica.making import make_replica

__all__ = ["Figure", "chapters_near", "check", "make_replica"]
