"""Tariff functions in C and Fortran: sources that come along, for programs without Python.

``python -m fastavs.models.native`` prints the folder that holds ``fastavs_tariff.h``, ``fastavs_tariff.c`` and
``fastavs_tariff.f90``:

    folder=$(python -m fastavs.models.native)
    cc -std=c99 -O2 -ffp-contract=off -I"$folder" model.c "$folder/fastavs_tariff.c" -o model
"""
