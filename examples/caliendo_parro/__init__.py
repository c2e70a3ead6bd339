"""Caliendo and Parro (2015) in exact hat algebra, with Russia's tariff as a function inside the solver.

The world is SYNTHETIC: `world.py` makes it up from round figures. Russia's imports and duties come from the replica,
which is synthetic too.
"""
