"""Countries as trade statistics and people write them: codes, numbers and names of one country are one partner."""
