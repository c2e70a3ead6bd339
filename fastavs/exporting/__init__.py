"""Tariffs as the files that models read: HAR, GDX, netCDF, Stata, CSV, and shocks."""
