"""Tables whatever they mean: files and dataframes in, columns of numbers, files out."""
