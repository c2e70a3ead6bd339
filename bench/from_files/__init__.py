"""From the replica's Parquet files to the summary of all years, in one go."""
