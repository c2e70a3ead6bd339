"""The trade table, from batches of rows to columns of numbers."""
