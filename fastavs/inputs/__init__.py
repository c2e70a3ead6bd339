"""The inputs of a study beside its trade, each with its schema and its checks."""
