"""The sorted index, which all rates are worked out from."""
